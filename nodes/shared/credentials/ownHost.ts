import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { apiBase, shownAddress } from '../protocol/settings';

/** What a request has of an address; the HTTP Request node still says `uri`. */
interface Addressed {
	url?: unknown;
	uri?: unknown;
	baseURL?: string;
}

/** A token is for WeCom only: whoever sends it elsewhere, such as with the HTTP Request node, is told so and nothing goes out. */
export function refuseOtherHost(
	credentials: ICredentialDataDecryptedObject,
	request: object,
): void {
	const base = apiBase(credentials);
	const { url, uri, baseURL } = request as Addressed;
	if (originOf(String(url ?? uri ?? ''), baseURL) === originOf(base)) return;
	throw new Error(
		`The access token of this credential goes to ${shownAddress(base)} only. Use a URL that begins with that, or no credential.`,
	);
}

function originOf(url: string, base?: string): string | undefined {
	return URL.canParse(url, base || undefined) ? new URL(url, base || undefined).origin : undefined;
}
