// Replaces the list by a newer one, unless the page is hidden or the focus is on a link of the list.
const live = document.querySelector("#live");
live.hidden = false;
setInterval(async () => {
  const list = document.querySelector("#outbox");
  if (!live.querySelector("input").checked || document.hidden || list.contains(document.activeElement)) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  list.replaceChildren(...page.querySelector("#outbox").childNodes);
}, 3000);
