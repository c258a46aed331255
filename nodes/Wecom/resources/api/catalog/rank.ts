import type { EndpointHead } from './format';

/** Other words people use; they count a little less than WeCom's own. */
const ALSO: Record<string, string[]> = {
	add: ['create'],
	bot: ['webhook', 'robot'],
	balance: ['quota'],
	change: ['update', 'edit'],
	checkin: ['attendance'],
	clock: ['attendance'],
	contact: ['customer'],
	create: ['add'],
	delete: ['remove', 'del'],
	dept: ['department'],
	detail: ['get', 'info'],
	edit: ['update', 'modify'],
	email: ['mail'],
	employee: ['member'],
	excel: ['spreadsheet'],
	fetch: ['get', 'list'],
	file: ['media'],
	find: ['search', 'get', 'list'],
	folder: ['file'],
	friend: ['customer'],
	get: ['list', 'read'],
	holiday: ['vacation'],
	info: ['get', 'detail'],
	leave: ['vacation'],
	list: ['get'],
	mail: ['email'],
	modify: ['update', 'edit'],
	new: ['create', 'add'],
	post: ['send', 'create'],
	punch: ['attendance'],
	push: ['webhook', 'send'],
	query: ['get', 'list', 'search'],
	read: ['get'],
	remove: ['delete', 'del'],
	report: ['journal'],
	robot: ['webhook', 'bot'],
	row: ['record'],
	search: ['list', 'get'],
	sheet: ['spreadsheet', 'smartsheet'],
	staff: ['member'],
	table: ['smartsheet', 'spreadsheet'],
	task: ['todo'],
	user: ['member'],
	view: ['get'],
	write: ['create', 'update'],
};
/** What people call things that WeCom names in one word. */
const PHRASES: Array<[RegExp, string]> = [
	[/\bgroup (ro)?bots?\b|\bmessage push\b|\bweb hook\b/g, 'webhook'],
	[/\bsmart ?tables?\b/g, 'smart sheet'],
	[/\bcheck in\b/g, 'attendance'],
	[/\bto do\b/g, 'todo'],
	[/\bqrcode\b/g, 'qr code'],
];
const FILLERS = new Set(['a', 'an', 'the', 'of', 'to', 'for', 'in', 'by', 'via', 'with', 'and']);

/** What of an endpoint is compared, each word in its base form. */
interface Words {
	name: string[];
	path: string[];
	group: string[];
}

/** Everything of an endpoint in lower case, and its words once they are needed. */
interface Known {
	text: string;
	words?: Words;
}

interface Match {
	endpoint: EndpointHead;
	/** 0 exact, 1 the start of name or path, 2 all words, above that one more for each word that is missing. */
	tier: number;
	score: number;
}

const known = new WeakMap<EndpointHead, Known>();

/** The endpoints that fit what somebody typed, best first: closer matches, then current ones, then by name. */
export function rank(endpoints: EndpointHead[], filter: string): EndpointHead[] {
	const typed = filter.trim().toLowerCase();
	if (typed === '') return [...endpoints].sort(byCategoryAndName);
	const fragment = typed.replace(/^(get|post)\s+(?=\/)/, '').replace(/^https?:\/\/[^/]+/, '');
	const words = wordsOf(
		PHRASES.reduce((text, [called, name]) => text.replace(called, name), typed),
	);
	const wanted = words.filter((word) => !FILLERS.has(word));
	const matches = endpoints
		.map((endpoint) => match(endpoint, fragment, wanted.length > 0 ? wanted : words))
		.filter((found) => found !== undefined);
	return matches.sort(byRank).map(({ endpoint }) => endpoint);
}

function match(endpoint: EndpointHead, fragment: string, wanted: string[]): Match | undefined {
	const literal = literalTier(endpoint, fragment);
	let score = 0;
	let missing = 0;
	let named = 0;
	for (const word of wanted) {
		const points = bestScore(endpoint, word);
		if (points === 0) missing++;
		score += points;
		if (points > 0 && wordsIn(endpoint).name.some((own) => own.startsWith(word))) named++;
	}
	const found = missing < wanted.length && missing <= wanted.length / 2;
	if (!found && literal === Infinity) return undefined;
	if (!found) return { endpoint, tier: literal, score };

	const { name, path } = wordsIn(endpoint);
	const inPath = wanted.map((word) => withinPath(path, word) / 6).reduce((a, b) => a + b, 0);
	const ends = wanted.includes(endpoint.id.slice(endpoint.id.lastIndexOf('.') + 1)) ? 3 : 0;
	const whole = (20 * named) / name.length + (10 * inPath) / path.length + ends;
	const opens = wanted.every((word, at) => name[at]?.startsWith(word));
	const tier = Math.min(literal, opens ? 1 : 2 + missing);
	return { endpoint, tier, score: score + whole };
}

/** How well id, path, number of the page or the whole name fit the typed text as it stands. */
function literalTier({ id, path, doc, name }: EndpointHead, fragment: string): number {
	const bare = fragment.replace(/^\/?cgi-bin\/|^\//, '').replace(/[?#].*$/s, '');
	if (bare === '') return path.startsWith(fragment) ? 1 : Infinity;
	const ownPath = path.replace(/^\/(cgi-bin\/)?/, '').toLowerCase();
	const ownId = id.toLowerCase();
	if (ownPath === bare || ownId === bare || name.toLowerCase() === fragment) return 0;
	if (/^(.*\/path\/)?\d{5,6}$/.test(fragment) && fragment.endsWith(String(doc))) return 0;
	if (!/[/._]/.test(fragment)) return Infinity;
	if (ownPath.startsWith(bare) || ownId.startsWith(bare)) return 1;
	return ownPath.includes(bare) || ownId.includes(bare) ? 2 : Infinity;
}

function bestScore(endpoint: EndpointHead, word: string): number {
	let best = scoreOf(endpoint, word);
	for (const other of ALSO[word] ?? []) best = Math.max(best, 0.7 * scoreOf(endpoint, other));
	return best;
}

/** The name counts most, then the path, then category and subcategory; last a piece of any word. */
function scoreOf(endpoint: EndpointHead, word: string): number {
	if (!know(endpoint).text.includes(word)) return 0;
	const { name, path, group } = wordsIn(endpoint);
	const score =
		within(name, word, 10, 8) + 0.5 * withinPath(path, word) + 0.3 * within(group, word, 6, 4);
	return score === 0 && word.length > 2 ? 2 : score;
}

function within(own: string[], word: string, exact: number, start: number): number {
	if (own.includes(word)) return exact;
	return word.length > 1 && own.some((other) => other.startsWith(word)) ? start : 0;
}

/** How well a word fits a path, which glues words together as in `getapprovaldetail`. */
function withinPath(own: string[], word: string): number {
	const score = within(own, word, 6, 5);
	return score === 0 && word.length > 3 && own.some((other) => other.includes(word)) ? 4 : score;
}

function know(endpoint: EndpointHead): Known {
	let entry = known.get(endpoint);
	if (!entry) {
		const { name, id, path, category, subcategory } = endpoint;
		entry = { text: `${name} ${id} ${path} ${category} ${subcategory}`.toLowerCase() };
		known.set(endpoint, entry);
	}
	return entry;
}

function wordsIn(endpoint: EndpointHead): Words {
	const { name, id, path, category, subcategory } = endpoint;
	return (know(endpoint).words ??= {
		name: wordsOf(name).filter((word) => !FILLERS.has(word)),
		path: [...new Set(wordsOf(`${id} ${path.replace('/cgi-bin/', '')}`))],
		group: wordsOf(`${category} ${subcategory}`),
	});
}

/** The words of a text, in lower case and singular. */
const wordsOf = (text: string): string[] =>
	text
		.toLowerCase()
		.split(/[^a-z0-9]+/)
		.filter(Boolean)
		.map((word) => (/[^s]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word));

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const byCategoryAndName = (a: EndpointHead, b: EndpointHead): number =>
	order(a.category, b.category) || order(a.name, b.name);

/** Of equally good ones, what is asked for most. */
const VERBS = ['List', 'Get', 'Send', 'Create', 'Update'];
function verb({ name }: EndpointHead): number {
	const at = VERBS.indexOf(name.split(' ')[0]);
	return at < 0 ? VERBS.length : at;
}

export const byVerb = (a: EndpointHead, b: EndpointHead): number => verb(a) - verb(b);

const byRank = (a: Match, b: Match): number =>
	a.tier - b.tier ||
	+(a.endpoint.status !== 'current') - +(b.endpoint.status !== 'current') ||
	b.score - a.score ||
	+a.endpoint.id.includes('~') - +b.endpoint.id.includes('~') ||
	byVerb(a.endpoint, b.endpoint) ||
	order(a.endpoint.name, b.endpoint.name);
