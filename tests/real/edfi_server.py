"""A small real HTTP server that speaks an Ed-Fi API's shape, filled from the data standard's own samples."""

from __future__ import annotations

import json
import re
import threading
from base64 import b64decode
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

Record = dict[str, Any]
# Elements that the API keeps in a list, or lifts out of their parent, other than the interchange.
LISTS = {
    ("PerformanceEvaluation", "PerformanceEvaluationRatingLevel"): "ratingLevels",
    ("PerformanceEvaluationRating", "PerformanceEvaluationRatingResult"): "results",
    ("PerformanceEvaluationRating", "Reviewer"): "reviewers",
    ("Staff", "CredentialReference"): "credentials",
}
FLAT = ("Name", "EmploymentPeriod")
RESOURCES = {
    "Staff": "ed-fi/staffs",
    "StaffEducationOrganizationEmploymentAssociation": "ed-fi/staffEducationOrganizationEmploymentAssociations",
    "StaffEducationOrganizationAssignmentAssociation": "ed-fi/staffEducationOrganizationAssignmentAssociations",
    "PerformanceEvaluation": "tpdm/performanceEvaluations",
    "PerformanceEvaluationRating": "tpdm/performanceEvaluationRatings",
}


def local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def camel(name: str) -> str:
    return name[0].lower() + name[1:]


def as_json(element: ElementTree.Element) -> Record:
    """An interchange record in the API's shape: camel case, descriptors by name, references without identities."""
    record: Record = {}
    for child in element:
        name, whole = local(child), (local(element), local(child))
        if whole in LISTS:
            said = as_json(child)
            record.setdefault(LISTS[whole], []).append(
                {"credentialReference": said} if name.startswith("Cred") else said
            )
        elif name in FLAT or name.endswith("Identity"):
            record |= as_json(child)
        elif len(child):
            record[camel(name)] = as_json(child)
        elif (child.text or "").startswith("uri://"):
            record[camel(name) + "Descriptor"] = child.text
        elif name == "SchoolYear":
            year = int(str(child.text)[-4:])
            record |= (
                {"schoolYear": year}
                if local(element).endswith("Identity")
                else {"schoolYearTypeReference": {"schoolYear": year}}
            )
        else:
            record[camel(name)] = child.text
    return record


class EdFiServer:
    """The API's state: records by resource, each with the change version that last touched it, and what was deleted."""

    def __init__(self, *interchanges: bytes) -> None:
        self.version = 0
        self.records: dict[str, dict[str, tuple[int, Record]]] = {name: {} for name in RESOURCES.values()}
        self.gone: dict[str, list[tuple[int, str]]] = {name: [] for name in RESOURCES.values()}
        self.asked: list[str] = []
        self.tokens = 0
        self.busy = 1  # calls that are answered with 429
        self.calls_a_token = 10**9
        self.change_queries = True
        for data in interchanges:
            for number, element in enumerate(ElementTree.fromstring(data)):
                if local(element) in RESOURCES:
                    self.put(RESOURCES[local(element)], f"{local(element)}-{number:05}", as_json(element))
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def do_POST(self) -> None:
                server.answer(self)

            def log_message(self, *_args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v7"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def put(self, resource: str, record_id: str, record: Record) -> None:
        self.version += 1
        self.records[resource][record_id] = (self.version, {"id": record_id, **record})

    def delete(self, resource: str, record_id: str) -> None:
        self.version += 1
        del self.records[resource][record_id]
        self.gone[resource].append((self.version, record_id))

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def answer(self, call: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(call.path)
        query = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
        status, body = self.reply(call, parts.path.removeprefix("/v7"), query)
        data = json.dumps(body).encode()
        call.send_response(status)
        call.send_header("Content-Length", str(len(data)))
        if status == 429:
            call.send_header("Retry-After", "7")
        call.end_headers()
        call.wfile.write(data)

    def reply(self, call: BaseHTTPRequestHandler, path: str, query: Mapping[str, int]) -> tuple[int, Any]:
        self.asked.append(path)
        if path == "/":
            urls = {"oauth": f"{self.url}/oauth/token", "dataManagementApi": f"{self.url}/data/v3/"}
            changes = {"changeQueries": f"{self.url}/changeQueries/v1/"} if self.change_queries else {}
            return 200, {"version": "7.3", "urls": urls | changes}
        if path == "/oauth/token":
            form = call.rfile.read(int(call.headers["Content-Length"])).decode()
            login = b64decode(call.headers["Authorization"].removeprefix("Basic ")).decode()
            if login != "key:s3cret" or form != "grant_type=client_credentials":
                return 401, {"error": "invalid_client"}
            self.tokens, self.left = self.tokens + 1, self.calls_a_token
            return 200, {"access_token": f"t{self.tokens}", "expires_in": 1800, "token_type": "bearer"}
        if call.headers["Authorization"] != f"Bearer t{self.tokens}" or self.left <= 0:
            return 401, {}
        if self.busy:
            self.busy -= 1
            return 429, {}
        self.left -= 1
        if path == "/changeQueries/v1/availableChangeVersions":
            return 200, {"oldestChangeVersion": 0, "newestChangeVersion": self.version}
        found = re.fullmatch(r"/data/v3/(\S+?)(/deletes)?", path)
        if found is None or found[1] not in self.records:
            return 404, {}
        low, high = query.get("minChangeVersion", 0), query.get("maxChangeVersion", 10**9)
        if found[2]:
            items = [{"id": each, "changeVersion": v} for v, each in self.gone[found[1]] if low <= v <= high]
        else:
            items = [record for v, record in self.records[found[1]].values() if low <= v <= high]
        return 200, items[query["offset"] :][: query["limit"]]
