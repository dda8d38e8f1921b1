// The map of the course on the first page, with what this reader has done: in the table, in the picture, and in words.
// Done is a lesson whose predictions are made and whose exercises are right, as in `course_map`.

import { functions, guesses } from "./mine.mjs";

const PAPER = "paper";
const DONE = "derived";
const ANSWERED = "exercise:"; // in front of the name of an exercise whose values are right, among the guesses

/** The first lesson of a road that is not done. */
const next = (road) => road.find(({ done }) => !done);

function stands(name, road) {
  const coming = next(road);
  return `${name}: ${road.filter(({ done }) => done).length} of ${road.length} lessons done${coming ? `, next is ${coming.title}` : ""}.`;
}

function draw(picture, course, coming) {
  const [head, code] = picture.src.split(",");
  const bytes = Uint8Array.from(atob(code), (each) => each.charCodeAt(0));
  const svg = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml");
  const at = ([x, y]) => svg.querySelector(`g[transform="translate(${x} ${y})"]`);
  for (const lesson of course) {
    const box = at(lesson.box);
    box.classList.remove(PAPER, DONE, "edge", "chosen");
    box.classList.add(...(lesson.done ? [DONE, "edge"] : [PAPER, coming.has(lesson) ? "chosen" : "edge"]));
    at(lesson.state)?.remove();
    if (!lesson.words) continue;
    const words = at(lesson.written).cloneNode(true); // its number, of the same size
    words.setAttribute("transform", `translate(${lesson.state.join(" ")})`);
    words.querySelector("text").textContent = lesson.words;
    box.parentNode.append(words);
  }
  const drawn = new TextEncoder().encode(new XMLSerializer().serializeToString(svg));
  picture.src = `${head},${btoa(Array.from(drawn, (each) => String.fromCharCode(each)).join(""))}`;
}

export function progress() {
  const made = new Set(Object.keys(guesses()));
  const right = new Set([...functions(), ...[...made].filter((name) => name.startsWith(ANSWERED)).map((name) => name.slice(ANSWERED.length))]);
  const course = JSON.parse(document.getElementById("course-data").textContent);
  for (const lesson of course) {
    lesson.made = lesson.predictions.filter((name) => made.has(name)).length;
    lesson.right = lesson.exercises.filter((name) => right.has(name)).length;
    lesson.done = lesson.made === lesson.predictions.length && lesson.right === lesson.exercises.length;
  }
  const short = course.filter((lesson) => lesson.short);
  const coming = new Set([next(short), next(course)]);
  const table = document.querySelector(`main td a[href="${course[0].stem}.html"]`).closest("table");
  for (const lesson of course) {
    lesson.words = lesson.done ? "done" : coming.has(lesson) ? "next" : "";
    const cells = table.querySelector(`a[href="${lesson.stem}.html"]`).closest("tr").children;
    cells[3].textContent = `${lesson.made} of ${lesson.predictions.length}`;
    cells[4].textContent = lesson.exercises.length ? `${lesson.right} of ${lesson.exercises.length}` : "";
    cells[5].textContent = lesson.words;
  }
  const said = `${stands("The short road", short)} ${stands("The whole course", course)}`;
  const picture = document.querySelector('main img[alt^="A map"]');
  const before = picture.alt.slice(picture.alt.indexOf("The short road: "));
  for (const paragraph of document.querySelectorAll("main p")) if (paragraph.textContent === before) paragraph.textContent = said;
  picture.alt = picture.alt.replace(before, said);
  draw(picture, course, coming);
  document.documentElement.dataset.progress = course.filter(({ done }) => done).length; // for tests: it is drawn
}
