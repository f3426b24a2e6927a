/* The filters beside the list: each value with what a click gives. */

const opened = new Set(); // what the reader unfolded stays so

function showPanels(state, counts) {
  const panels = data.filters.filter(({ flag }) => !flag).map((filter) => panelOf(filter, state, counts[filter.key]));
  const flags = data.filters
    .filter(({ flag, key }) => flag && counts[key].size)
    .map((filter) => valueOf(filter, filter.values[0], state, counts[filter.key]));
  if (flags.length) {
    panels.push(element("div", { class: "panel" }, element("h3", {}, words.only), element("ul", {}, ...flags)));
  }
  byId("panels").replaceChildren(...panels.filter(Boolean));
  for (const field of ["year_from", "year_to", "changed_since"]) {
    if (byId(field) !== document.activeElement) byId(field).value = state[field];
  }
}

function panelOf(filter, state, counts) {
  const { key, label, folded } = filter;
  const values = filter.values.filter(([code]) => counts.has(code));
  if (!values.length) return null;
  const isInUse = ([code]) => state.values[key].includes(code);
  const isLong = values.length > data.valuesShown + 3;
  const byCount = [...values].sort(
    (one, other) => isInUse(other) - isInUse(one) || counts.get(other[0]) - counts.get(one[0]),
  );
  const first = isLong ? byCount.slice(0, Math.max(data.valuesShown, values.filter(isInUse).length)) : values;
  const rest = values.filter((value) => !first.includes(value));
  const list = (some) => element("ul", {}, ...some.map((value) => valueOf(filter, value, state, counts)));
  const heading = element("h3", {}, label);
  const parts = [list(first)];
  if (rest.length) {
    const summary = element("summary", {}, counted(words.more, rest.length), unseen(` – ${label}`));
    parts.push(unfolding(`more-${key}`, "more-values", summary, list(rest)));
  }
  return folded && !values.some(isInUse)
    ? unfolding(`panel-${key}`, "panel", element("summary", {}, heading), ...parts)
    : element("div", { class: "panel" }, heading, ...parts);
}

function unfolding(id, className, summary, ...parts) {
  summary.id = id;
  const details = element("details", { class: className }, summary, ...parts);
  details.open = opened.has(id);
  details.addEventListener("toggle", () => (details.open ? opened.add(id) : opened.delete(id)));
  return details;
}

function valueOf({ key }, [code, label], state, counts) {
  const isInUse = state.values[key].includes(code);
  const attributes = { class: `value${isInUse ? " chosen" : ""}`, id: `${key}-${code}`, href: hashWithClicked(state, key, code) };
  const count = counts.get(code);
  const parts = isInUse
    ? [element("span", { class: "tick", "aria-hidden": "true" }, "✓"), element("span", {}, label), unseen(words.inUse)]
    : [
        element("span", {}, label),
        " ",
        element("span", { class: "count" }, String(count), unseen(` ${counted(words.study, count)}`)),
      ];
  return element("li", {}, element("a", attributes, ...parts));
}
