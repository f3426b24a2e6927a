/* What the page brings along, and small help for building parts of it. */

const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words;
const byId = (id) => document.getElementById(id);

/** Return an element with attributes and children; a null attribute is left out. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Return a text for the eyes of nobody. */
const unseen = (text) => element("span", { class: "visually-hidden" }, text);

/** Return an interface text with what stands in braces filled in. */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const pluralRules = new Intl.PluralRules(data.language);

/** Return an interface text in the plural form that a number asks for. */
function counted(forms, number) {
  return filled(forms[pluralRules.select(number)] ?? forms.other, { number });
}

/** Return a day, written YYYY-MM-DD, as people write it. */
function dayInWords(day) {
  const format = new Intl.DateTimeFormat(data.language === "en" ? "en-GB" : data.language, {
    dateStyle: "long",
    timeZone: "UTC",
  });
  return format.format(new Date(`${day}T00:00:00Z`));
}
