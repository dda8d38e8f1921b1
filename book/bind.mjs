// A whole bind in the page: the library's client and its data centre, joined in memory. What was sent is drawn as a
// conversation whose arrows open into bytes.

import { make } from "./asking.mjs";
import views from "./views.mjs";

export default {
  render({ model, el }) {
    const whole = make("button", "", "Make both keys, and bind", { type: "button" });
    const turned = make("button", "", "The same, with this bit turned over", { type: "button" });
    const bit = make("input", "", "", { type: "number", min: 0, max: 1055, value: 800, id: "bind-bit" });
    const line = make("p", "asking");
    line.append(whole, turned, make("label", "", "bit of the request, 0 to 1055: ", { for: "bind-bit" }), bit);
    const said = make("div", "said", "", { role: "status" });
    const shown = make("div", "conversation");
    el.append(line, said, shown);
    const say = (sentences) => said.replaceChildren(...sentences.map((sentence) => make("p", "", sentence)));
    const draw = (traits) => {
      shown.replaceChildren();
      views.render({ model: { get: (name) => traits[name] }, el: shown });
    };
    const bind = async (flip) => {
      say(["The client and the data centre make their keys."]);
      model.wait(1);
      try {
        const answer = await model.python.insist(() => ({ ask: "bind", flip }));
        say(answer.error ? [answer.error] : answer.said);
        if (answer.view) draw(answer.view.traits);
        el.dataset.binds = Number(el.dataset.binds || 0) + 1; // for tests: how often it was done
      } catch (error) {
        say([error.message]);
      }
      model.wait(-1);
    };
    whole.addEventListener("click", () => bind(null));
    turned.addEventListener("click", () => bind(Number(bit.value)));
    say(model.get("said"));
    draw({ told: model.get("told") });
    return () => el.replaceChildren();
  },
};
