import {
	docUrl,
	type Endpoint,
	type EndpointHead,
	type EndpointStatus,
	type TokenKind,
} from './format';
import { allEndpoints, withVariants } from './load';
import { rank } from './rank';
import { chineseName, chineseNames, type ChineseNames } from './chinese';
import { rankChinese, rankInitials } from './rankChinese';

/** What a list of endpoints shows. */
export interface EndpointSummary {
	id: string;
	/** The name, with "(Legacy)" behind it unless the endpoint is current. */
	name: string;
	category: string;
	subcategory: string;
	method: EndpointHead['method'];
	path: string;
	docUrl: string;
	token: TokenKind;
	status: EndpointStatus;
}

let index: Promise<Map<string, EndpointHead>> | undefined;

/**
 * The endpoint a reference means: an id (`user.create`), method and path (`POST /cgi-bin/user/create`), a path alone or
 * its full URL. Where several share a path, the plain one (without `~`) is meant.
 */
export async function findEndpoint(reference: string): Promise<Endpoint | undefined> {
	index ??= allEndpoints().then(byReference);
	const head = (await index).get(normalize(reference));
	return head && (await withVariants(head));
}

const CHINESE = /\p{Script=Han}/u;
const INITIALS = /^[a-z]{2,8}$/i;

/**
 * Endpoints for what somebody types in English or Chinese, best first; all of them, by category and name, for nothing typed. Letters that
 * are no English word may be the initials of a Chinese one.
 */
export async function searchEndpoints(
	filter: string,
	offset = 0,
	pageSize = 50,
): Promise<{ results: EndpointSummary[]; next?: number }> {
	const endpoints = await allEndpoints();
	const names = await chineseNames();
	const found = find(endpoints, names, filter.trim());
	const end = offset + pageSize;
	const results = found.slice(offset, end).map((endpoint) => summarize(endpoint, names));
	return end < found.length ? { results, next: end } : { results };
}

function find(endpoints: EndpointHead[], names: ChineseNames, typed: string): EndpointHead[] {
	if (CHINESE.test(typed)) return rankChinese(endpoints, names, typed);
	const found = rank(endpoints, typed);
	if (!INITIALS.test(typed)) return found;
	return [...new Set([...found, ...rankInitials(endpoints, names, typed.toLowerCase())])];
}

/** The name for people: says when WeCom has replaced or dropped the endpoint. */
export function displayName({ name, status }: Pick<EndpointHead, 'name' | 'status'>): string {
	return status === 'current' || name.includes('(Legacy)') ? name : `${name} (Legacy)`;
}

/** What a list shows of an endpoint: English names, unless the Chinese ones are to be shown. */
export function summarize(endpoint: EndpointHead, names?: ChineseNames): EndpointSummary {
	const { id, category, subcategory, method, path, token, status } = endpoint;
	return {
		id,
		name: names?.shown ? chineseName(names, endpoint) : displayName(endpoint),
		category: (names?.shown && names.categories[category]) || category,
		subcategory,
		method,
		path,
		docUrl: docUrl(endpoint.doc),
		token,
		status,
	};
}

function byReference(endpoints: EndpointHead[]): Map<string, EndpointHead> {
	const map = new Map<string, EndpointHead>();
	const plainLast = (a: EndpointHead, b: EndpointHead) => +b.id.includes('~') - +a.id.includes('~');
	for (const endpoint of [...endpoints].sort(plainLast)) {
		const { id, method, path } = endpoint;
		for (const reference of [id, path, `${method} ${path}`]) {
			map.set(normalize(reference), endpoint);
		}
	}
	return map;
}

/** One spelling for a reference, however it was copied: lower case, no host, no query, no slash at the end. */
const normalize = (reference: string): string =>
	reference
		.trim()
		.toLowerCase()
		.replace(/https?:\/\/[^/]+/, '')
		.replace(/[?#].*$/s, '')
		.replace(/\s+/g, ' ')
		.replace(/(^| )(cgi-bin\/)/, '$1/$2')
		.replace(/\/+$/, '');
