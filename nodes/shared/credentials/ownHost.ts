import { shownAddress } from '../protocol/settings';

/** What a request has of an address; the HTTP Request node still says `uri`. */
interface Addressed {
	url?: unknown;
	uri?: unknown;
	baseURL?: string;
}

/**
 * What a credential sends is for its own host only, `base`: whoever sends it elsewhere, such as with the HTTP Request node, is told so
 * and nothing goes out.
 */
export function refuseOtherHost(base: string, request: object): void {
	const { url, uri, baseURL } = request as Addressed;
	const own = originOf(base);
	if (own !== undefined && originOf(String(url ?? uri ?? ''), baseURL) === own) return;
	throw new Error(
		`What this credential holds goes to ${shownAddress(base)} only. Use a URL that begins with that, or no credential.`,
	);
}

function originOf(url: string, base?: string): string | undefined {
	return URL.canParse(url, base || undefined) ? new URL(url, base || undefined).origin : undefined;
}
