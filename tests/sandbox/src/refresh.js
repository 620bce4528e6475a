// The list is exchanged for a newer one, unless nobody sees it or somebody is on one of its links.
const live = document.querySelector("#live");
live.hidden = false;
setInterval(async () => {
  const list = document.querySelector("#outbox");
  if (!live.firstChild.checked || document.hidden || list.contains(document.activeElement)) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  list.replaceChildren(...page.querySelector("#outbox").childNodes);
}, 3000);
