import type { IWebhookFunctions } from 'n8n-workflow';
import { MAX_BODY_BYTES } from '../shared/callback/envelope';

type Request = ReturnType<IWebhookFunctions['getRequestObject']> & {
	rawBody?: Buffer;
	readRawBody?: () => Promise<void>;
};

export type Body = { ok: true; bytes: Buffer } | { ok: false; status: 400 | 413; reason: string };

/** The exact bytes of the body. n8n reads them only on request, and refuses those over its own limit. */
export async function readBody(context: IWebhookFunctions): Promise<Body> {
	const request = context.getRequestObject() as Request;
	if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return tooLarge();
	try {
		if (!request.rawBody) await request.readRawBody?.();
	} catch (error) {
		const { status, statusCode, type, message } = error as Record<string, unknown>;
		if (status === 413 || statusCode === 413 || type === 'entity.too.large') return tooLarge();
		return { ok: false, status: 400, reason: `the body could not be read: ${String(message)}` };
	}
	return { ok: true, bytes: request.rawBody ?? Buffer.alloc(0) };
}

const tooLarge = (): Body => ({
	ok: false,
	status: 413,
	reason: `the body is larger than ${MAX_BODY_BYTES >> 20} MB`,
});
