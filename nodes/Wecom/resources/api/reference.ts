import type { IDataObject } from 'n8n-workflow';
import { isApiPath } from '../../../shared/protocol/path';
import { ownToken, TOKENS } from './catalog/check';
import type { Endpoint } from './catalog/format';

/** What a person wrote for an endpoint: an ID of the catalog, or a method and a path with or without parameters in it. */
export interface Reference {
	/** Upper case; '' where none is given. */
	method: string;
	/** The path, or the ID as it was written. */
	path: string;
	query: IDataObject;
	/** Of a whole address; '' for a path. */
	host: string;
}

/** The parts of a reference; which of them are sound is checked by `wrongPath`. */
export function readReference(text: string): Reference {
	const [, method = '', address] = /^(?:([a-z]+)\s+)?(.*)$/is.exec(text.trim())!;
	const [, host = '', rest] = /^([a-z][a-z\d+.-]*:\/*[^/?#]*)?(.*)$/is.exec(address)!;
	const [path, search = ''] = rest.replace(/#.*$/s, '').split(/\?(.*)/s);
	const slashed = path.replace(/^cgi-bin\//i, '/cgi-bin/');
	return {
		method: method.toUpperCase(),
		path: slashed,
		query: Object.fromEntries(new URLSearchParams(search)),
		host: host.toLowerCase(),
	};
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Why the credential's token must not be sent to such an address, and what to enter instead; undefined when it may. */
export function wrongPath({ method, path, host, query }: Reference): [string, string] | undefined {
	const token = Object.keys(query).find((name) => TOKENS.has(name.toLowerCase()));
	if (token) return [ownToken(token), 'Enter the path without it.'];
	if (host || path.startsWith('//'))
		return [
			'An endpoint is a path, not a whole address',
			`Enter it without scheme and host, such as ${method || 'POST'} /cgi-bin/user/create: calls go to the Base URL of the credential. For other addresses use the HTTP Request node.`,
		];
	if (!isApiPath(path))
		return [
			`'${path.slice(0, 60)}' is not a path of the API`,
			'Enter it as WeCom documents it, such as POST /cgi-bin/user/create.',
		];
	if (!METHODS.includes(method))
		return [
			method ? `There is no method '${method.slice(0, 20)}'` : `How to call '${path}' is not known`,
			`It is in no list, so say the method too, such as POST ${path}.`,
		];
	return undefined;
}

/** An endpoint that is in no catalog row: nothing is known of it but how it is called. */
export const unlisted = ({ method, path }: Reference): Endpoint => ({
	id: `${method} ${path}`,
	name: path,
	category: '',
	subcategory: '',
	method: method as Endpoint['method'],
	path,
	doc: 0,
	token: 'corp',
	status: 'current',
	fields: [],
});
