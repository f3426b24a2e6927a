/*
What is asked stands in the address after the hash, with the site's own keys: `#/?q=transit&country=KZ` is a list,
`#/study/<slug>?q=transit` a study of that list. So going back works, and a place in the file can be noted down.
*/

const SINGLE_KEYS = ["q", "year_from", "year_to", "changed_since", "sort", "lang"];
const FILTER_KEYS = data.filters.map(({ key }) => key);

/** Return the order that needs no asking: where nothing is searched for in the file, that of the list it was made of. */
const usualOrder = ({ q }) => (q ? "relevance" : "downloaded");

/** Return what a hash asks, null where it leads to a place on the page. `unknown` are keys and values nobody knows. */
function stateOf(hash) {
  const [, path, query] = hash.match(/^#(\/[^?]*)\??(.*)$/s) ?? (hash ? [] : ["", "/", ""]);
  if (path === undefined) return null;
  const asked = new URLSearchParams(query);
  const state = { slug: path.startsWith("/study/") ? path.slice("/study/".length) : null, values: {} };
  for (const key of SINGLE_KEYS) state[key] = asked.get(key)?.trim() ?? "";
  for (const key of FILTER_KEYS) state.values[key] = [...new Set(asked.getAll(key))].filter(Boolean);
  state.unknown = [...asked].filter(([key]) => !SINGLE_KEYS.includes(key) && !FILTER_KEYS.includes(key));
  if (!data.languages.includes(state.lang)) state.lang = data.language;
  if (!(state.sort in data.orders) || (state.sort === "relevance" && !state.q)) {
    state.sort = usualOrder(state);
  }
  return state;
}

/** Return the hash for a state with some of it changed: `values` are the codes of filters, the rest single keys. */
function hashOf(state, { values = {}, ...single } = {}) {
  const asked = { ...state, ...single };
  const query = new URLSearchParams();
  for (const key of SINGLE_KEYS) {
    const usual = { lang: data.language, sort: usualOrder(asked) }[key] ?? "";
    if (asked[key] && asked[key] !== usual) query.append(key, asked[key]);
  }
  for (const key of FILTER_KEYS) for (const code of values[key] ?? state.values[key]) query.append(key, code);
  return `#/${asked.slug ? `study/${asked.slug}` : ""}${query.size ? `?${query}` : ""}`;
}

/** Return the hash after a click on a value: with it, or without it where it is in use. */
function hashWithClicked(state, key, code) {
  const codes = state.values[key];
  return hashOf(state, {
    values: { [key]: codes.includes(code) ? codes.filter((other) => other !== code) : [...codes, code] },
  });
}

/** Return the name of a filter's value. */
function labelOf({ key, code }) {
  const filter = data.filters.find((one) => one.key === key);
  return { label: filter.label, name: filter.values.find(([other]) => other === code)?.[1] ?? code };
}

/** Say whether a study of this edition has a value. */
const isHere = (key, code) => data.filters.find((one) => one.key === key).values.some(([other]) => other === code);

/** Return everything asked that leaves studies out: { label, name, without }, the last the hash without it. */
function choicesOf(state) {
  const single = [
    ["q", words.q, quoted(state.q)],
    ["year_from", words.yearFrom, state.year_from],
    ["year_to", words.yearTo, state.year_to],
    ["changed_since", words.changed, state.changed_since && dayInWords(state.changed_since)],
  ];
  return [
    ...single
      .filter(([key]) => state[key])
      .map(([key, label, name]) => ({ label, name, without: hashOf(state, { [key]: "" }) })),
    ...FILTER_KEYS.flatMap((key) =>
      state.values[key].map((code) => ({ ...labelOf({ key, code }), without: hashWithClicked(state, key, code) })),
    ),
  ];
}
