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
