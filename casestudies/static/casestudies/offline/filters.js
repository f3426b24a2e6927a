/* Which studies the filters leave, and how many a click on each value would give: as casestudies/facets.py counts. */

/** Say whether a study satisfies a filter: it has one of the codes. */
const has = (study, key, codes) => codes.some((code) => study.values[key]?.includes(code));

/** Say whether the practice ran in the years asked for; where its first year is not known, it did not. */
function isInYears({ years: [start, end] }, from, to) {
  if (!from && !to) return true;
  if (start === null) return false;
  return (!from || end === null || end >= from) && (!to || start <= to);
}

/** Return { results, counts }: the studies that satisfy everything, and by key and code what a click would give. */
function filtered(state, scores) {
  const [from, to] = [Number(state.year_from), Number(state.year_to)];
  const among = studies.filter(
    (study) =>
      (!scores || scores.has(study.index)) &&
      isInYears(study, from, to) &&
      (!state.changed_since || study.updated >= state.changed_since),
  );
  const inUse = data.filters.map(({ key }) => key).filter((key) => state.values[key]?.length);
  const failing = among.map((study) => inUse.filter((key) => !has(study, key, state.values[key])));
  const results = among.filter((_study, at) => failing[at].length === 0);
  const counts = {};
  for (const { key, values } of data.filters) {
    const isInUse = inUse.includes(key);
    const base = isInUse ? results.length : 0;
    counts[key] = new Map(values.map(([code]) => [code, base]));
    among.forEach((study, at) => {
      // Of a filter in use, a click adds the studies that fail it alone.
      const isAdded = isInUse ? failing[at].length === 1 && failing[at][0] === key : failing[at].length === 0;
      if (isAdded) for (const code of study.values[key] ?? []) counts[key].set(code, counts[key].get(code) + 1);
    });
    for (const [code, count] of counts[key]) {
      if (count === base && !state.values[key]?.includes(code) && !(isInUse && isHeld(results, key, code))) {
        counts[key].delete(code);
      }
    }
  }
  return { results, counts };
}

/** Say whether one of the studies has a value: then a click on it changes nothing, but it is there. */
const isHeld = (results, key, code) => results.some((study) => study.values[key]?.includes(code));

/** Return the studies in the order asked for, in the language of the texts. */
function sorted(results, order, language, scores) {
  const place = (study) =>
    order === "downloaded" ? study.index : study.places[order === "relevance" ? "newest" : order][language];
  const score = (study) => (order === "relevance" ? scores.get(study.index) : 0);
  return [...results].sort((one, other) => score(other) - score(one) || place(one) - place(other));
}
