/* Shows the visitor's local time beside Paris time if it differs at that instant (La Réunion, Nouméa). */

const shownIn = (timeZone, instant) =>
  new Intl.DateTimeFormat("fr-FR", { dateStyle: "long", timeStyle: "short", timeZone }).format(instant);

for (const place of document.querySelectorAll("[data-heure-locale]")) {
  const times = [...place.querySelectorAll("time")];
  const instants = times.map((time) => new Date(time.dateTime));
  if (instants.every((instant) => shownIn("Europe/Paris", instant) === shownIn(undefined, instant))) continue;
  times.forEach((time, index) => (time.textContent = shownIn(undefined, instants[index])));
  place.hidden = false;
}
