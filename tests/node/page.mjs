// A page for the widgets, without a browser: jsdom, a model that remembers what it was told, and events.

import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const GLOBALS = ["document", "CustomEvent", "AbortController"];
const ROOT = new URL("../../", import.meta.url);

/** A fresh page; the widgets find it where they look for the browser's. */
export function page() {
  const { window } = new JSDOM("<!doctype html><body></body>", { pretendToBeVisual: true });
  for (const name of GLOBALS) globalThis[name] = window[name];
  return window;
}

export const source = (name) => readFileSync(new URL(`mtlib/lab/${name}`, ROOT), "utf8");
export const load = (name) => import(new URL(`mtlib/lab/${name}`, ROOT).href);
export const bind = () => JSON.parse(readFileSync(new URL("bind.json", import.meta.url), "utf8"));

/** What anywidget hands to `render`: traits, messages, and who listens. */
export class Model {
  constructor(traits) {
    this.traits = traits;
    this.sent = [];
    this.listeners = new Map();
  }

  get(name) {
    return this.traits[name];
  }

  on(name, listener) {
    this.listeners.set(name, [...(this.listeners.get(name) || []), listener]);
  }

  off(name, listener) {
    this.listeners.set(name, (this.listeners.get(name) || []).filter((other) => other !== listener));
  }

  send(message) {
    this.sent.push(message);
  }

  /** As Python sets a trait. */
  set(name, value) {
    this.traits[name] = value;
    for (const listener of this.listeners.get(`change:${name}`) || []) listener();
  }

  get listening() {
    return [...this.listeners.values()].flat().length;
  }
}

/** Something happens to an element; what the page makes of it comes back. */
export function happen(element, type, options = {}) {
  const view = element.ownerDocument.defaultView;
  const kinds = { keydown: view.KeyboardEvent, keyup: view.KeyboardEvent, click: view.MouseEvent };
  const { clipboardData, ...rest } = options;
  const event = new (kinds[type] || view.Event)(type, { bubbles: true, cancelable: true, ...rest });
  if (clipboardData) event.clipboardData = clipboardData;
  element.dispatchEvent(event);
  return event;
}

export const press = (element, key, options = {}) => happen(element, "keydown", { key, ...options });
