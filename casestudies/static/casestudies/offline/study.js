/* A study in full, with the way on through the list it was opened from. */

/** Show the study that a state asks for; return false where the file does not hold it. */
function showStudy(state) {
  const study = studies.find((one) => one.slug === state.slug);
  if (!study) return false;
  const { results } = answerTo(state);
  byId("way").replaceChildren(...wayThrough(results, study, state));
  const article = study.versions[state.lang].querySelector("article");
  if (state.lang !== data.language) article.lang = state.lang;
  keepLinksInside(article);
  byId("study").replaceChildren(article.cloneNode(true));
  const heading = byId("study").querySelector("h1");
  heading.tabIndex = -1;
  document.title = heading.textContent;
  return true;
}

function wayThrough(results, study, state) {
  const asked = choicesOf(state).map(({ label, name }) => `${label}: ${name}`);
  const toList = element("a", { href: hashOf(state, { slug: "" }) }, asked.join("; ") || words.all);
  const place = results.indexOf(study);
  if (place < 0) return [toList];
  const counter = element("span", {}, filled(words.place, { place: place + 1, total: results.length }));
  const beside = (other, rel, before, text, after) => {
    if (!other) return null;
    const title = other.versions[state.lang].querySelector("h1").textContent;
    const attributes = { rel, href: hashOf(state, { slug: other.slug }), title };
    return element("a", attributes, before, text, after, unseen(`: ${title}`));
  };
  return [
    toList,
    counter,
    beside(results[place - 1], "prev", "← ", words.previous, ""),
    beside(results[place + 1], "next", "", words.next, " →"),
  ].filter(Boolean);
}
