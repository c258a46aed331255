/** The IP address that WeCom sees, for the sentence on trusted addresses: the library's own code does not say it. */
import { ipIn } from './problems.mts';

const TIMEOUT_MS = 5_000;

/**
 * Asks an operation of the chat archive over HTTP, whose refusal names the address. undefined when WeCom does not refuse, or cannot be
 * reached.
 */
export async function addressSeenByWeCom(
	api: string,
	corpId: string,
	secret: string,
): Promise<string | undefined> {
	const ask = async (path: string, query: Record<string, string>, init?: RequestInit) => {
		const url = new URL(path, api);
		url.search = new URLSearchParams(query).toString();
		const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
		return (await response.json()) as { access_token?: string; errmsg?: string };
	};
	try {
		const token = await ask('/cgi-bin/gettoken', { corpid: corpId, corpsecret: secret });
		if (!token.access_token) return ipIn(token.errmsg ?? '');
		const query = { access_token: token.access_token };
		const list = await ask('/cgi-bin/msgaudit/get_permit_user_list', query, {
			method: 'POST',
			body: '{}',
		});
		return ipIn(list.errmsg ?? '');
	} catch {
		return undefined;
	}
}
