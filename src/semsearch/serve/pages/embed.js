function (answer) {
  "use strict";
  const tag = document.currentScript, here = new URL("./", tag.src);
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { display: block; font: inherit; line-height: 1.4; }
    h2 { font-size: 1.1em; margin: 0 0 .5em; }
    ul { list-style: none; margin: 0; padding: 0; }
    li { margin: 0 0 .75em; }
    p { margin: 0; font-size: .85em; opacity: .8; }
    a { color: inherit; text-decoration-thickness: .06em; text-underline-offset: .15em; }
  `);
  // Titles come from strangers: all text is set as text, and no address is taken from them.
  const element = (name, text, lang) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    made.dir = "auto";  // nor do they turn the line around
    if (lang) made.lang = lang;
    return made;
  };
  const list = element("ul");
  for (const paper of answer.papers) {
    const item = element("li"), link = element("a", paper.title, paper.lang);
    link.href = new URL(paper.path, here);
    item.append(link, element("p", paper.about));
    list.append(item);
  }
  const source = element("p"), home = element("a", answer.from);
  home.href = here;
  source.append(home);
  const section = element("section");
  section.lang = answer.lang;
  section.append(element("h2", answer.heading), list, source);
  const host = element("div"), root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [style];
  root.append(section);
  tag.after(host);
}
