import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { apiBase, shownAddress } from '../protocol/settings';

/** A token is for WeCom only: whoever sends it elsewhere, such as with the HTTP Request node, is told so and nothing goes out. */
export function refuseOtherHost(
	credentials: ICredentialDataDecryptedObject,
	{ url, baseURL }: Pick<IHttpRequestOptions, 'url' | 'baseURL'>,
): void {
	const base = apiBase(credentials);
	if (originOf(url, baseURL) === originOf(base)) return;
	throw new Error(
		`The access token of this credential goes to ${shownAddress(base)} only. Use a URL that begins with that, or no credential.`,
	);
}

function originOf(url: string, base?: string): string | undefined {
	return URL.canParse(url, base || undefined) ? new URL(url, base || undefined).origin : undefined;
}
