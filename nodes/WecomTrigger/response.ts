import type { IWebhookFunctions } from 'n8n-workflow';
import { ExecutionWatch } from '../shared/bot/executionWatch';
import { later } from '../shared/util/later';
import { isStored, silence } from '../shared/util/silence';
import { takeEnd, type ResponseEnd } from '../shared/util/takeEnd';
import { Outcome } from './outcome';

type HttpResponse = ReturnType<IWebhookFunctions['getResponseObject']>;

/** What goes out in place of n8n's own empty answer. */
export interface PreparedAnswer {
	/** A function says what to answer at the moment when the answer goes out. */
	body: string | (() => string);
	contentType?: string;
}

const TEXT = 'text/plain; charset=utf-8';

/**
 * The HTTP response to a callback, the only place that touches it. WeCom gets one answer: the trigger's, or n8n's. Whichever goes
 * out first, n8n's own is heard, because it alone says whether the execution is stored. It listens to the call of `end`, not to the
 * socket: WeCom may have hung up meanwhile, and the execution is stored all the same.
 */
export class CallbackResponse {
	private readonly end: ResponseEnd;

	private readonly writeHead: HttpResponse['writeHead'];

	/** How n8n answers: whether it has stored the execution. Until then nobody knows. */
	readonly stored = new Outcome();

	private prepared?: PreparedAnswer;

	/** Whether WeCom has an answer of the trigger, or gets one, however far n8n is with storing the execution. */
	answersEarly = false;

	/** Who hears what n8n writes piece by piece, and its end. */
	private chunks: (chunk: unknown) => void = () => {};

	private ended: () => void = () => {};

	constructor(private readonly response: HttpResponse) {
		this.end = takeEnd(response, (args) => this.pass(args));
		this.writeHead = response.writeHead.bind(response) as HttpResponse['writeHead'];
	}

	/** Whether an answer has gone out. */
	get answered(): boolean {
		return this.response.headersSent;
	}

	/** Whoever asked has hung up: an answer would reach nobody. */
	get isGone(): boolean {
		return this.response.destroyed;
	}

	/** The status of the answer that has gone out or will go out. */
	get status(): number {
		return this.response.statusCode;
	}

	/** Answers at once; false when an answer has gone out before. n8n's own answer then goes nowhere but to `stored`. */
	answer(status: number, body = '', contentType = TEXT): boolean {
		if (this.answered) return false;
		this.answersEarly = true;
		this.writeHead(status, {
			'content-type': contentType,
			'content-length': String(Buffer.byteLength(body)),
		});
		this.end(body);
		this.takeOver();
		return true;
	}

	/**
	 * Gives WeCom the answer at the moment n8n gives its own, which is once the execution is stored, or after `deadlineMs`, however
	 * far n8n is. What the workflow replies goes out as it is. A workflow that failed is answered like one that did not reply: its
	 * execution is stored, and WeCom would only start it anew, three times. n8n's own failure stays one, so that WeCom comes back.
	 */
	answerBy(deadlineMs: number | undefined, answer: PreparedAnswer): void {
		this.prepared = answer;
		if (deadlineMs === undefined) return;
		this.answersEarly = true;
		later(deadlineMs, () => this.answer(200, bodyOf(answer), answer.contentType));
	}

	/**
	 * For the response mode `streaming`: n8n answers nothing when it has stored the execution, and writes what its agents say
	 * instead. The first piece tells that it is stored; none of them goes out. `ended` is called once; `isStopped`: somebody has
	 * stopped the execution, or its time was over.
	 */
	stream(chunks: (chunk: unknown) => void, ended: (isStopped: boolean) => void = () => {}): void {
		const end = (isStopped: boolean) => {
			this.ended = () => {};
			watch.end();
			ended(isStopped);
		};
		const watch = new ExecutionWatch(this.response, () => end(true));
		this.ended = () => end(false);
		this.chunks = (chunk) => {
			watch.heard(chunk);
			this.stored.tell(true);
			const { prepared } = this;
			if (prepared) this.answer(200, bodyOf(prepared), prepared.contentType);
			chunks(chunk);
		};
		const methods = this.response as unknown as Record<string, unknown>;
		methods.write = (chunk: unknown) => {
			this.chunks(chunk);
			return true;
		};
		methods.flush = () => undefined;
	}

	/** Has nothing of n8n's answer go out any more. */
	private takeOver(): void {
		const methods = silence(this.response, (stored) => {
			this.stored.tell(stored);
			if (stored) this.ended();
		});
		methods.write = (chunk: unknown) => {
			this.chunks(chunk);
			return true;
		};
	}

	/** Called in place of the response's end: n8n answers. The prepared answer takes the place of an empty one. */
	private pass(args: unknown[]): HttpResponse {
		const { response, prepared } = this;
		const { statusCode } = response;
		const [body] = args;
		const stored = isStored(statusCode, body);
		const replies = statusCode !== 500 && (statusCode !== 200 || Boolean(body));
		if (!response.headersSent && prepared && stored && !replies) {
			const text = bodyOf(prepared);
			response.statusCode = 200;
			response.setHeader('content-type', prepared.contentType ?? TEXT);
			response.setHeader('content-length', String(Buffer.byteLength(text)));
			this.stored.tell(true);
			this.ended();
			return this.end(text);
		}
		this.stored.tell(stored);
		if (stored) this.ended();
		return this.end(...args);
	}
}

/** The body of a prepared answer as of now. */
export const bodyOf = ({ body }: PreparedAnswer) => (typeof body === 'string' ? body : body());
