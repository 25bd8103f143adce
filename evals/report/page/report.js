// Filters of the side-by-side answers. Without this file's work everything is shown and the filters stay hidden.
"use strict";
for (const deck of document.querySelectorAll("[data-deck]")) {
  const filters = deck.querySelector(".filters");
  const status = deck.querySelector(".shown");
  const said = status.textContent;
  const metric = filters.querySelector("select");
  const words = filters.querySelector("input[type=search]");
  const cards = [...deck.querySelectorAll(".card")];
  const apply = () => {
    const kind = filters.querySelector("input[type=radio]:checked").value;
    const wanted = words.value.trim().toLowerCase();
    let shown = 0;
    for (const card of cards) {
      const because = card.dataset[kind];
      const fits = because && (!metric.value || because.split(" ").includes(metric.value));
      card.hidden = !fits || !(wanted === "" || card.textContent.toLowerCase().includes(wanted));
      shown += card.hidden ? 0 : 1;
    }
    status.textContent = shown === cards.length ? said : `${shown} of ${cards.length} cases shown.`;
  };
  filters.addEventListener("change", apply);
  words.addEventListener("input", apply);
  filters.hidden = false;
  apply();
}
