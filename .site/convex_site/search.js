// A search through titles, headings and names: INDEX, in a file of its own, has [words, page, where].
"use strict";
{
  const root = document.documentElement.dataset.root;
  const box = document.querySelector(".search");
  const [field, list] = [box.querySelector("input"), box.querySelector("ol")];
  const plain = (text) => text.toLowerCase();
  const score = (words, asked) => {
    const at = plain(words).indexOf(asked);
    return at < 0 ? -1 : (at === 0 ? 200 : /\w/.test(words[at - 1]) ? 0 : 100) - words.length;
  };
  const show = () => {
    const asked = plain(field.value.trim());
    const found = asked.length < 2 ? [] : INDEX
      .map((entry) => [plain(entry[0]).includes(asked) ? score(entry[0], asked) : null, entry])
      .filter(([rank]) => rank !== null).sort((a, b) => b[0] - a[0]).slice(0, 12);
    list.replaceChildren(...found.map(([, [words, page, where]]) => {
      const [item, link, note] = ["li", "a", "small"].map((tag) => document.createElement(tag));
      link.href = root + page;
      link.textContent = words;
      note.textContent = where;
      link.append(note);
      item.append(link);
      return item;
    }));
    list.hidden = !found.length;
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector("a")?.click();
    if (event.key === "Escape") { field.value = ""; show(); }
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || document.activeElement === field) return;
    event.preventDefault();
    field.focus();
  });
  field.hidden = false;
}
