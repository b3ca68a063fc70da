// What packages for learning platforms must be like, written from the specifications: SCORM 1.2 (the Content Aggregation Model with
// IMS Content Packaging 1.1.2) and cmi5 (sections 7 to 10, 13 and 14). Each function answers with all that is wrong.

/** The elements of a document as {name, ns, attributes, children, text}; attributes of a namespace are named `NAMESPACE name`. */
export async function xml(kube, text) {
  // Not in the page itself: its Content-Security-Policy lets nobody make documents of texts.
  const page = await kube.page.context().newPage();
  const read = page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, "application/xml");
    if (parsed.querySelector("parsererror")) throw new Error(parsed.documentElement.textContent);
    const attribute = ({ namespaceURI, localName, value }) => [namespaceURI ? `${namespaceURI} ${localName}` : localName, value];
    const read = (element) => ({
      name: element.localName,
      ns: element.namespaceURI,
      attributes: Object.fromEntries([...element.attributes].filter(({ name }) => !/^xmlns(:|$)/.test(name)).map(attribute)),
      children: [...element.children].map(read),
      text: element.children.length ? "" : element.textContent,
    });
    return read(parsed.documentElement);
  }, text);
  return read.finally(() => page.close());
}

const CP = "http://www.imsproject.org/xsd/imscp_rootv1p1p2";
const ADL = "http://www.adlnet.org/xsd/adlcp_rootv1p2";
const BASE = "http://www.w3.org/XML/1998/namespace base";
const COURSE = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd";

/** Sorts of texts: whether one is of the sort. */
const is = {
  any: () => true,
  id: (text) => /^[\p{L}_][\p{L}\p{N}._-]*$/u.test(text),
  upTo: (most) => (text) => text.length <= most,
  oneOf: (...words) => (text) => words.includes(text),
  uri: (text) => /^[^\s<>"{}|\\^`]+$/.test(text) && text.length <= 2000,
  iri: (text) => /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i.test(text),
  language: (text) => /^[a-z]{1,8}(-[a-z0-9]{1,8})*$/i.test(text),
  score: (text) => /^(0(\.\d{1,4})?|1(\.0{1,4})?)$/.test(text),
};

/** Elements: the children in their order (? none or one, * any number, + at least one, | one of), attributes (! needed), text. */
const MANIFEST = {
  manifest: { children: "metadata organizations resources manifest*", attributes: { "identifier!": is.id, version: is.upTo(20), [BASE]: is.uri } },
  metadata: { children: "schema schemaversion" },
  schema: { text: is.oneOf("ADL SCORM") },
  schemaversion: { text: is.oneOf("1.2") },
  organizations: { children: "organization+", attributes: { "default!": is.id } },
  organization: { children: "title item+ metadata?", attributes: { "identifier!": is.id, structure: is.upTo(200) } },
  item: {
    children: "title item* metadata? prerequisites? maxtimeallowed? timelimitaction? datafromlms? masteryscore?",
    attributes: {
      "identifier!": is.id, identifierref: is.upTo(2000), isvisible: is.oneOf("true", "false", "1", "0"),
      parameters: (text) => /^[?#&]/.test(text) && is.uri(text) && text.length <= 1000,
    },
  },
  title: { text: (text) => text.trim() && text.length <= 200 },
  masteryscore: { ns: ADL, text: (text) => /^\d{1,3}$/.test(text) && Number(text) <= 100 },
  resources: { children: "resource*", attributes: { [BASE]: is.uri } },
  resource: {
    children: "metadata? file* dependency*",
    attributes: { "identifier!": is.id, "type!": is.oneOf("webcontent"), href: is.uri, [BASE]: is.uri, [`${ADL} scormtype!`]: is.oneOf("sco", "asset") },
  },
  file: { children: "metadata?", attributes: { "href!": is.uri } },
  dependency: { attributes: { "identifierref!": is.upTo(2000) } },
};

const STRUCTURE = {
  courseStructure: { children: "course objectives? au|block+" },
  course: { children: "title description", attributes: { "id!": is.iri } },
  objectives: { children: "objective+" },
  objective: { children: "title? description?", attributes: { id: is.iri, idref: is.iri } },
  block: { children: "title description objectives? au|block+", attributes: { "id!": is.iri } },
  au: {
    children: "title description objectives? url launchParameters? entitlementKey?",
    attributes: {
      "id!": is.iri, moveOn: is.oneOf("NotApplicable", "Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed"), masteryScore: is.score,
      launchMethod: is.oneOf("AnyWindow", "OwnWindow"), activityType: is.any,
    },
  },
  title: { children: "langstring+" },
  description: { children: "langstring+" },
  langstring: { attributes: { lang: is.language }, text: (text) => text.trim() },
  url: { text: (text) => is.uri(text.trim()) },
  launchParameters: { text: is.any },
  entitlementKey: { text: is.any },
};

/** All elements of a tree. */
const all = (element) => [element, ...element.children.flatMap(all)];
const named = (root, ...names) => all(root).filter(({ name }) => names.includes(name));

/** What of a tree is not as the table of its elements says. */
function wrong(element, table, ns) {
  const problems = [];
  const { children = "", attributes = {}, text, ns: own = ns } = table[element.name] ?? {};
  const say = (what) => problems.push(`${element.name}: ${what}`);
  if (!table[element.name]) say("there is no such element");
  if (element.ns !== own) say(`its namespace is ${element.ns}`);
  const pattern = children.split(" ").filter(Boolean).map((part) => {
    const [, names, count] = /^(.*?)([?*+]?)$/.exec(part);
    return `((${names}) )${count}`;
  });
  const found = element.children.map(({ name }) => `${name} `).join("");
  if (!new RegExp(`^${pattern.join("")}$`).test(found)) say(`its children are ${found || "none"}; they should be ${children || "none"}`);
  for (const key of Object.keys(attributes).filter((key) => key.endsWith("!"))) {
    if (!(key.slice(0, -1) in element.attributes)) say(`it has no ${key.slice(0, -1)}`);
  }
  for (const [key, value] of Object.entries(element.attributes)) {
    const good = attributes[key] ?? attributes[`${key}!`];
    if (!good) say(`it has no attribute ${key}`);
    else if (!good(value)) say(`${key} cannot be ${value}`);
  }
  if (text && !text(element.text)) say(`its text cannot be ${element.text}`);
  return [...problems, ...element.children.flatMap((child) => wrong(child, table, ns))];
}

const twice = (values) => values.filter((value, at) => values.indexOf(value) !== at);
/** Whether a reference stays within the package, and leads to one of its files. */
const within = (href, files) => files.includes(decodeURIComponent(href.split(/[?#]/)[0])) && !/^\/|\\|(^|\/)\.\.(\/|$)/.test(href);

/** What is wrong with an imsmanifest.xml in a package with these files. */
export function manifestProblems(root, files) {
  const problems = wrong(root, MANIFEST, CP);
  const say = (what) => problems.push(what);
  const id = ({ attributes }) => attributes.identifier;
  if (root.name !== "manifest") say("the root is no manifest");
  if (!files.includes("imsmanifest.xml")) say("the package has no imsmanifest.xml at its root");
  for (const double of twice(named(root, "manifest", "organization", "item", "resource").map(id))) say(`two have the identifier ${double}`);
  const [organizations, resources] = [named(root, "organization"), named(root, "resource")];
  for (const { attributes } of named(root, "organizations")) {
    if (!organizations.some((organization) => id(organization) === attributes.default)) say(`default: there is no organization ${attributes.default}`);
  }
  for (const item of named(root, "item")) {
    const target = resources.find((resource) => id(resource) === item.attributes.identifierref);
    const leaf = !item.children.some(({ name }) => name === "item");
    if (item.attributes.identifierref && !target) say(`${id(item)}: there is no resource ${item.attributes.identifierref}`);
    if (leaf && !target) say(`${id(item)}: nothing is launched`);
    if (target && !target.attributes.href) say(`${id(item)}: its resource has no href`);
  }
  for (const resource of resources) {
    const own = resource.children.filter(({ name }) => name === "file").map(({ attributes }) => attributes.href);
    const { href } = resource.attributes;
    if (resource.attributes[`${ADL} scormtype`] === "sco" && !href) say(`${id(resource)}: a SCO is launched at its href`);
    if (href && !own.includes(href.split(/[?#]/)[0])) say(`${id(resource)}: ${href} is none of its files`);
    for (const file of own) if (!within(file, files)) say(`${id(resource)}: the package has no ${file}`);
    for (const double of twice(own)) say(`${id(resource)}: ${double} stands there twice`);
    // What a resource depends on must end somewhere.
    const needs = ({ children }) => children.filter(({ name }) => name === "dependency").map(({ attributes }) => attributes.identifierref);
    const met = new Set();
    for (const open = needs(resource); open.length;) {
      const next = open.pop();
      const found = resources.find((other) => id(other) === next);
      if (!found) say(`${id(resource)}: there is no resource ${next}`);
      if (next === id(resource)) say(`${id(resource)}: it depends on itself`);
      if (found && !met.has(next)) open.push(...needs(found));
      met.add(next);
    }
  }
  const listed = named(root, "file").map(({ attributes }) => attributes.href);
  for (const file of files) if (file !== "imsmanifest.xml" && !listed.includes(file)) say(`no resource lists ${file}`);
  return problems;
}

/** Names of cmi5's launch parameters (section 8.1): no address of a unit may have them. */
const LAUNCH = ["endpoint", "fetch", "actor", "registration", "activityId"];

/** What is wrong with a cmi5.xml in a package with these files. */
export function courseProblems(root, files) {
  const problems = wrong(root, STRUCTURE, COURSE);
  const say = (what) => problems.push(what);
  if (root.name !== "courseStructure") say("the root is no courseStructure");
  if (!files.includes("cmi5.xml")) say("the package has no cmi5.xml at its root");
  const defined = named(root, "objective").filter(({ attributes }) => attributes.id);
  for (const double of twice([...named(root, "course", "au", "block"), ...defined].map(({ attributes }) => attributes.id))) say(`two have the id ${double}`);
  for (const { attributes } of named(root, "objective").filter(({ attributes }) => attributes.idref)) {
    if (!defined.some((objective) => objective.attributes.id === attributes.idref)) say(`there is no objective ${attributes.idref}`);
  }
  for (const { text } of named(root, "url")) {
    const url = text.trim();
    if (!is.iri(url) && !within(url, files)) say(`the package has no ${url}`);
    for (const [name] of new URL(url, "http://host.example/").searchParams) if (LAUNCH.includes(name)) say(`${url}: ${name} is a launch parameter`);
  }
  return problems;
}

const VERBS = "http://adlnet.gov/expapi/verbs/";
const CMI5 = "https://w3id.org/xapi/cmi5/context/";
const contains = (whole, part) =>
  part && typeof part === "object"
    ? Object.entries(part).every(([key, value]) =>
      Array.isArray(part) ? Array.isArray(whole) && whole.some((member) => contains(member, value)) : contains(whole?.[key], value))
    : whole === part;

/** What is wrong with the statements that a unit has sent in one session, given what it was launched with. */
export function statementProblems(statements, { actor, activityId, registration, contextTemplate, masteryScore, launchMode }) {
  const problems = [];
  const verbs = statements.map(({ verb }) => (verb.id.startsWith(VERBS) ? verb.id.slice(VERBS.length) : verb.id));
  const say = (what) => problems.push(what);
  if (verbs[0] !== "initialized") say(`the first statement is ${verbs[0]}`);
  if (verbs.at(-1) !== "terminated") say(`the last statement is ${verbs.at(-1)}`);
  for (const double of twice(verbs)) say(`${double} is said twice`);
  for (const double of twice(statements.map(({ id }) => id))) say(`two have the id ${double}`);
  if (verbs.includes("passed") && verbs.includes("failed")) say("passed and failed in one session");
  if (launchMode !== "Normal" && verbs.length > 2) say(`${launchMode}: ${verbs}`);
  statements.forEach((statement, at) => {
    const { id, actor: who, object, context, timestamp, result = {}, verb } = statement;
    const name = verbs[at];
    const check = (good, what) => good || say(`${name}: ${what}`);
    check(["initialized", "completed", "passed", "failed", "terminated"].includes(name), "cmi5 has no such verb for units");
    check(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), "its id is no UUID");
    check(contains(who, actor) && contains(actor, who) && who.account && who.objectType === "Agent", "its actor is another");
    check(object?.id === activityId && (object.objectType ?? "Activity") === "Activity", "its object is another");
    check(Object.values(verb.display ?? {}).every(Boolean), "its verb has no display");
    check(context?.registration === registration, "its registration is another");
    check(contains(context, contextTemplate), "its context lacks some of the template");
    check(context?.extensions?.[`${CMI5}extensions/sessionid`], "it names no session");
    const categories = (context?.contextActivities?.category ?? []).map((category) => category.id);
    const judged = "success" in result || "completion" in result;
    check(categories.includes(`${CMI5}categories/cmi5`), "it is not said to be cmi5's");
    check(categories.includes(`${CMI5}categories/moveon`) === judged, "it is said to be moveon without a judgment, or not with one");
    check(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(timestamp), "its time is not in UTC");
    check(at === 0 || Date.parse(timestamp) > Date.parse(statements[at - 1].timestamp), "it is not later than the one before");
    check(name === "initialized" || /^P(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?)$/.test(result.duration), "it has no duration");
    check(result.success === { passed: true, failed: false }[name], "its success is not that of its verb");
    check(result.completion === { completed: true }[name], "its completion is not that of its verb");
    check(!("score" in result) || /passed|failed/.test(name), "it has a score");
    const { score } = result;
    check(score?.raw === undefined || (score.min !== undefined && score.max !== undefined), "its score has no bounds");
    if (/passed|failed/.test(name) && masteryScore !== undefined) {
      check(context?.extensions?.[`${CMI5}extensions/masteryscore`] === masteryScore, "it does not name the mastery score");
      check(score?.scaled === undefined || (score.scaled >= masteryScore) === (name === "passed"), "its score says otherwise");
    }
  });
  return problems;
}
