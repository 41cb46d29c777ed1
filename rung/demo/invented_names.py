"""Invented people's names: common given and family names, combined at random."""

from __future__ import annotations

# fmt: off
FIRST = (
    "Ana", "Ben", "Carla", "Dan", "Elena", "Frank", "Grace", "Hugo", "Iris", "James", "Karen", "Luis", "Maria",
    "Noah", "Olivia", "Paul", "Quinn", "Rosa", "Sam", "Tara", "Uma", "Victor", "Wendy", "Xavier", "Yara", "Zoe",
    "Aisha", "Brian", "Chen", "Devon", "Emma", "Farid", "Gina", "Hannah", "Ivan", "Jada", "Kofi", "Leah", "Marcus",
    "Nina",
)
LAST = (
    "Adams", "Baker", "Castillo", "Davis", "Evans", "Flores", "Garcia", "Hill", "Ibrahim", "Johnson", "Kim",
    "Lopez", "Martin", "Nguyen", "Ortiz", "Patel", "Quintana", "Reed", "Smith", "Torres", "Ueda", "Vargas", "White",
    "Xiong", "Young", "Zimmerman", "Allen", "Brooks", "Cruz", "Diaz", "Ellis", "Foster", "Gomez", "Hayes", "Irwin",
    "Jackson", "Kelly", "Lewis", "Moore", "Nelson", "Owens", "Price", "Rivera", "Stone", "Turner", "Walker",
    "Abbott", "Bell", "Carter", "Dunn",
)
# fmt: on
SUBJECTS = {
    "elementary": ("Kindergarten", "Grade 1", "Grade 2", "Grade 3", "Grade 4", "Grade 5", "Special Education", "Art"),
    "middle": ("English", "Mathematics", "Science", "Social Studies", "Special Education", "Music", "Health"),
    "high": ("English", "Mathematics", "Biology", "Chemistry", "History", "Spanish", "Special Education", "Theater"),
    "other": ("Alternative Program", "Career and Technical Education", "Special Education"),
}
OTHER_TITLES = ("School Counselor", "Librarian", "School Social Worker", "School Nurse", "Speech-Language Pathologist")
LEADING_TITLES = {1: "Principal", 2: "Assistant Principal", 3: "Instructional Coach"}
EXIT_REASONS = ("resignation", "retirement", "moved_away", "contract_not_renewed", "leave_of_absence")
