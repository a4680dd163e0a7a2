/** Owns the search of the documents: every word must occur, and headings count most. */
function findSections(index, query) {
  const words = query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  if (words.length === 0) return [];
  const scored = index.map((section) => {
    const [title, text] = [section.title.toLowerCase(), section.text.toLowerCase()];
    const scores = words.map((word) => (title.includes(word) ? 10 : text.includes(word) ? 1 : 0));
    const phrase = text.includes(query.toLowerCase().trim()) ? 5 : 0;
    return { section, score: scores.includes(0) ? 0 : scores.reduce((a, b) => a + b, phrase) };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, 12)
    .map(({ section }) => section);
}

if (typeof document !== "undefined") {
  const field = document.getElementById("query");
  const found = document.getElementById("found");
  document.getElementById("search").hidden = false;
  field.addEventListener("input", () => {
    found.replaceChildren(
      ...findSections(globalThis.searchIndex, field.value).map(({ page, title, url }) => {
        const link = document.createElement("a");
        link.href = document.body.dataset.root + url;
        link.textContent = title === page ? title : `${title} · ${page}`;
        const item = document.createElement("li");
        item.append(link);
        return item;
      }),
    );
  });
}
