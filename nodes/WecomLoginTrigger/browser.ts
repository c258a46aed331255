import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import {
	htmlPage,
	loginPage,
	PAGE_HEADERS,
	PAGES,
	PRIVATE_HEADERS,
	type PageName,
} from '../shared/login/page';
import { takeEnd } from '../shared/util/takeEnd';
import { readSettings } from './settings';

/** What the browser of somebody who logs in is answered: a page, the way on, or a file. */

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

export const HAS_ANSWERED: IWebhookResponseData = { noWebhookResponse: true };

/** The file WeCom looks for at the root of a trusted domain (doc 91335). */
export function ownershipFile(context: IWebhookFunctions, asked: string): IWebhookResponseData {
	const { verificationFile, verificationContent } = readSettings((name, fallback) =>
		context.getNodeParameter(name, fallback),
	);
	const known = verificationFile !== '' && asked.replace(/^\//, '') === verificationFile;
	const response = context.getResponseObject();
	response.writeHead(known ? 200 : 404, {
		...PRIVATE_HEADERS,
		'content-type': 'text/plain; charset=utf-8',
	});
	response.end(known ? verificationContent : '');
	return HAS_ANSWERED;
}

export function redirectTo(
	response: Response,
	location: string,
	cookies?: string[],
): IWebhookResponseData {
	response.writeHead(302, {
		...PRIVATE_HEADERS,
		location,
		...(cookies ? { 'set-cookie': cookies } : {}),
	});
	response.end();
	return HAS_ANSWERED;
}

export function showPage(
	context: IWebhookFunctions,
	name: PageName,
	more?: Parameters<typeof loginPage>[1],
): IWebhookResponseData {
	const response = context.getResponseObject();
	if (!response.headersSent) send(response, PAGES[name].status, loginPage(name, more));
	return HAS_ANSWERED;
}

function send(response: Response, status: number, html: string): void {
	response.writeHead(status, {
		...PAGE_HEADERS,
		'content-length': String(Buffer.byteLength(html)),
	});
	response.end(html);
}

export function misconfigured(context: IWebhookFunctions, reason: string): IWebhookResponseData {
	logLogin(context, `nobody can log in: ${reason}`);
	return showPage(context, 'misconfigured');
}

export function logLogin(context: IWebhookFunctions, what: string): void {
	context.logger.warn(`WeCom Login Trigger: ${what}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
}

/**
 * A workflow that failed, or ended without an answer, leaves people with n8n's JSON or an empty page: they get one of ours,
 * `unanswered` with its status where the workflow said nothing.
 */
export function coverBareAnswers(
	response: Response,
	unanswered: PageName,
	more?: Parameters<typeof loginPage>[1],
): void {
	takeEnd(response, (args, end) => {
		if (response.headersSent) return end(...args);
		const bare = !args[0] || typeof args[0] === 'function';
		const failed = response.statusCode >= 500;
		if (!failed && (!bare || response.statusCode >= 300)) return end(...args);
		const name = failed ? 'broken' : unanswered;
		const html = failed ? loginPage(name) : loginPage(name, more);
		response.removeHeader('etag');
		for (const [header, value] of Object.entries(PAGE_HEADERS)) response.setHeader(header, value);
		response.setHeader('content-length', String(Buffer.byteLength(html)));
		response.statusCode = PAGES[name].status;
		return end(html);
	});
}

export function showDone(context: IWebhookFunctions, text: string): void {
	if (!text) showPage(context, 'done');
	else {
		const html = htmlPage(PAGES.done.en[0], [text], { zh: [PAGES.done.zh[0]] });
		send(context.getResponseObject(), 200, html);
	}
}
