/* What a browser with scripts adds to the pages: suggestions while typing (the combobox of the
   ARIA Authoring Practices Guide: list with manual selection), finding a force among many, filters
   that fold on small screens, and steps from match to match.  Nothing needs it. */
(function () {
  "use strict";

  var WAIT = 120;
  var KINDS = { title: "headline", force: "force", word: "word" };

  function all(selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  }

  function element(name, attributes, text) {
    var made = document.createElement(name);
    Object.keys(attributes).forEach(function (key) {
      made.setAttribute(key, attributes[key]);
    });
    if (text) {
      made.textContent = text;
    }
    return made;
  }

  /* Suggestions */

  function suggesting(input) {
    var list = element("ul", {
      id: input.id + "-offers",
      class: "offers",
      role: "listbox",
      "aria-label": "Suggestions",
    });
    var chosen = -1;
    var timer = 0;
    var asking = null;
    var typed = input.value;

    list.hidden = true;
    input.parentNode.appendChild(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("autocomplete", "off");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    function close() {
      window.clearTimeout(timer);
      if (asking) {
        asking.abort();
        asking = null;
      }
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function choose(place) {
      var options = list.children;
      if (chosen >= 0) {
        options[chosen].setAttribute("aria-selected", "false");
      }
      chosen = place;
      if (place < 0) {
        input.removeAttribute("aria-activedescendant");
        return;
      }
      options[place].setAttribute("aria-selected", "true");
      options[place].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[place].id);
    }

    function take(place) {
      var option = list.children[place];
      if (option.dataset.url) {
        window.location.assign(option.dataset.url);
        return;
      }
      input.value = option.dataset.query;
      close();
      input.form.requestSubmit();
    }

    function show(offers) {
      list.textContent = "";
      offers.forEach(function (offer, place) {
        var option = element("li", {
          id: list.id + "-" + place,
          role: "option",
          "aria-selected": "false",
        });
        option.appendChild(element("span", {}, offer.text));
        option.appendChild(element("span", { class: "kind" }, KINDS[offer.kind]));
        option.dataset.query = offer.text;
        option.dataset.url = offer.url;
        option.addEventListener("mousedown", function (event) {
          event.preventDefault();
        });
        option.addEventListener("click", function () {
          take(place);
        });
        list.appendChild(option);
      });
      chosen = -1;
      list.hidden = !offers.length;
      input.setAttribute("aria-expanded", String(offers.length > 0));
    }

    function ask() {
      var text = typed.trim();
      if (text.length < 2) {
        close();
        return;
      }
      if (asking) {
        asking.abort();
      }
      asking = new AbortController();
      fetch(input.dataset.suggest + "?q=" + encodeURIComponent(text), { signal: asking.signal })
        .then(function (answer) {
          return answer.ok ? answer.json() : { words: [], forces: [], titles: [] };
        })
        .then(function (told) {
          if (document.activeElement === input && input.value === typed) {
            show(offersOf(told));
          }
        })
        .catch(function (error) {
          if (error.name !== "AbortError") {
            close();
          }
        });
    }

    input.addEventListener("input", function () {
      typed = input.value;
      chosen = -1;
      input.removeAttribute("aria-activedescendant");
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, WAIT);
    });
    input.addEventListener("keydown", function (event) {
      var count = list.hidden ? 0 : list.children.length;
      if (event.key === "Escape" && count) {
        event.preventDefault();
        close();
      } else if (event.key === "ArrowDown" && count) {
        event.preventDefault();
        choose(chosen + 1 < count ? chosen + 1 : -1);
      } else if (event.key === "ArrowUp" && count) {
        event.preventDefault();
        choose(chosen < 0 ? count - 1 : chosen - 1);
      } else if (event.key === "ArrowDown" && event.altKey) {
        event.preventDefault();
        ask();
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        take(chosen);
      } else if (event.key === "Tab") {
        close();
      }
    });
    input.addEventListener("blur", close);
  }

  function offersOf(told) {
    var words = told.words.slice(0, 4).map(function (one) {
      return { kind: "word", text: one.text, url: "" };
    });
    var forces = told.forces.slice(0, 2).map(function (one) {
      return { kind: "force", text: one.name, url: "/search?area=" + encodeURIComponent(one.id) };
    });
    var titles = told.titles.slice(0, 4).map(function (one) {
      return { kind: "title", text: one.title, url: "/articles/" + encodeURIComponent(one.id) };
    });
    return words.concat(forces, titles);
  }

  /* A force among many */

  function finding(input) {
    var options = all("li", document.getElementById(input.dataset.filters));
    input.closest(".find").hidden = false;
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLowerCase();
      options.forEach(function (option) {
        option.hidden = wanted !== "" && option.textContent.toLowerCase().indexOf(wanted) < 0;
      });
    });
    input.addEventListener("keydown", function (event) {
      var shown = options.filter(function (option) {
        return !option.hidden;
      });
      if (event.key === "Enter" && input.value) {
        event.preventDefault();
        if (shown.length === 1) {
          var box = shown[0].querySelector("input");
          box.checked = true;
          box.focus();
        }
      }
    });
  }

  /* Filters on small screens */

  function folding(button) {
    var panel = document.getElementById(button.getAttribute("aria-controls"));
    var small = window.matchMedia("(max-width: 51.99em)");

    function fold(open) {
      panel.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      button.textContent = open ? "Hide filters" : "Show filters";
    }

    function fit() {
      button.hidden = !small.matches;
      fold(!small.matches || document.getElementById("summary") !== null);
    }

    button.addEventListener("click", function () {
      fold(panel.hidden);
    });
    small.addEventListener("change", fit);
    fit();
  }

  /* From match to match */

  function stepping(nav) {
    var marks = all("mark[id^='match-']");
    var steps = element("div", { class: "steps" });
    var at = -1;

    function go(by) {
      if (at >= 0) {
        marks[at].classList.remove("here");
      }
      at = (at + by + marks.length) % marks.length;
      var folded = marks[at].closest("details");
      if (folded) {
        folded.open = true;
      }
      marks[at].classList.add("here");
      marks[at].scrollIntoView({ block: "center" });
      said.textContent = at + 1 + " of " + marks.length;
    }

    var back = element("button", { type: "button", class: "quiet" }, "Previous");
    var next = element("button", { type: "button", class: "quiet" }, "Next match");
    var said = element("span", { class: "count" });
    back.addEventListener("click", function () {
      go(at < 0 ? 0 : -1);
    });
    next.addEventListener("click", function () {
      go(1);
    });
    steps.appendChild(back);
    steps.appendChild(next);
    steps.appendChild(said);
    nav.replaceChild(steps, nav.querySelector("ol"));
  }

  /* Citations */

  function copying(button) {
    var said = button.textContent;
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", function () {
      var text = document.getElementById(button.dataset.copies).textContent;
      navigator.clipboard.writeText(text.trim()).then(
        function () {
          button.textContent = "Copied";
          window.setTimeout(function () {
            button.textContent = said;
          }, 2000);
        },
        function () {
          button.textContent = "Select the text and copy it";
        }
      );
    });
  }

  all("input[data-suggest]").forEach(suggesting);
  all("input[data-filters]").forEach(finding);
  all("button.toggle").forEach(folding);
  all("nav.matches").forEach(stepping);
  all("button.copy").forEach(copying);
  all("#summary").forEach(function (summary) {
    summary.focus();
  });
})();
