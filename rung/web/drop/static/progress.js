// Asks every few seconds whether the files have been read, and shows the page anew once they are.
const progress = document.getElementById("progress");
const ask = async () => {
  try {
    const answer = await fetch(progress.dataset.ask, { redirect: "error" });
    const found = await answer.json();
    if (found.done) { location.reload(); return; }
    if (found.works) progress.textContent = "The state is taking files in now.";
  } catch { /* asked again below */ }
  setTimeout(ask, 4000);
};
setTimeout(ask, 2000);
