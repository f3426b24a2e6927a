/* What an address asks that makes no sense here, said as the site says it: no list stands for what nobody asked. */

const isYear = (year) => /^\d+$/.test(year) && year >= 1900 && year <= 2100;
const isDay = (day) => /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day));

/** Return everything that is wrong with a state: { key, value, message, without }, the last the hash without it. */
function faultsOf(state) {
  const faults = state.unknown.map(([key, value]) => ({ key, value, message: words.noFilter, without: hashOf(state) }));
  const single = (key, message) =>
    faults.push({ key, value: state[key], message, without: hashOf(state, { [key]: "" }) });
  const years = ["year_from", "year_to"].filter((key) => state[key]);
  for (const key of years) if (!isYear(state[key])) single(key, words.giveYear);
  const [first, last] = [state.year_from, state.year_to];
  if (isYear(first) && isYear(last) && Number(first) > Number(last)) single("year_from", filled(words.yearsReversed, { first, last }));
  if (state.changed_since && !isDay(state.changed_since)) single("changed_since", words.giveDay);
  for (const key of FILTER_KEYS) {
    for (const value of state.values[key].filter((code) => !isHere(key, code))) {
      faults.push({ key, value, message: words.notHere, without: hashWithClicked(state, key, value) });
    }
  }
  return faults;
}

/** Say what is wrong with a state, each with the way on without it. */
function showFaults(state, faults) {
  byId("way").replaceChildren(element("a", { href: hashOf(stateOf("#/"), { lang: state.lang }) }, words.all));
  const items = faults.map(({ key, value, message, without }) =>
    element(
      "li",
      {},
      element("p", {}, element("code", {}, `${key}=${value}`), ` ${message}`),
      element("p", {}, element("a", { href: without }, words.goOn)),
    ),
  );
  const heading = element("h1", {}, words.faults);
  const lead = element("p", { class: "lead" }, words.noList);
  showReading(heading, heading, lead, element("ul", { class: "faults" }, ...items));
}
