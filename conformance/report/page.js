const filter = document.querySelector(".filter");
const sections = [...document.querySelectorAll("section[data-verdict]")];
const show = (verdict) => {
  for (const button of filter.children) button.setAttribute("aria-pressed", button.dataset.verdict === verdict);
  for (const section of sections) section.hidden = verdict !== "" && section.dataset.verdict !== verdict;
};
filter.hidden = false;
filter.addEventListener("click", (event) => {
  const chosen = event.target.closest("button");
  if (chosen) show(chosen.dataset.verdict);
});
document.querySelector(".banner").addEventListener("click", () => show(""));
const details = [...document.querySelectorAll("details")];
const open = () => details.forEach((element) => { element.open = true; });
if (matchMedia("(min-width: 48rem)").matches) open();
addEventListener("beforeprint", open);
const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
};
for (const command of document.querySelectorAll("pre.curl")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(command);
    button.textContent = (await copied(command.textContent)) ? "Copied" : "Selected";
  });
  command.after(button);
}
