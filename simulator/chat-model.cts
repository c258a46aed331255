/**
 * A chat model with a script in place of a mind, so that AI Agents run without any service: OpenAI's `GET /v1/models` and
 * `POST /v1/chat/completions`, in one piece or as a stream of events. Enter the simulator's URL plus `/v1` as the base URL.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

type Json = Record<string, any>;

/** A line is for a user message that contains `when` (nothing = any); the first one that fits is said. */
export interface ScriptLine {
	when?: string;
	/** `{input}` = the user's message, `{result}` = what the last tool has given, `{result.name}` = a field of its first item. */
	say: string;
	/** Tools to call first, one after the other (without `name`: the agent's first one). */
	calls?: Array<{ name?: string; arguments: Json }>;
	/** How long the model is silent before it speaks. */
	delayMs?: number;
	/** The pause between two words, for callers that ask for a stream. */
	wordMs?: number;
	/** Breaks the connection after this many words. */
	breakAfter?: number;
}

export const MODEL = 'scripted';
export const MODEL_KEY = 'sk-demo-3Vn8Qd1TzLw6Xb0RkMfY';
const FALLBACK: ScriptLine = { say: 'Nothing in my script fits. You wrote: {input}' };
const PREFIX = '/v1/';

export const isModelPath = (path: string): boolean => path.startsWith(PREFIX);

export interface ModelAnswer {
	status: number;
	type: string;
	/** What is sent: one piece, or the events of a stream. */
	pieces: string[];
	/** The pause between two pieces. */
	pauseMs?: number;
	/** Whether the connection breaks before the answer has its end. */
	breaks?: boolean;
}

const json = (body: unknown, status = 200): ModelAnswer => ({
	status,
	type: 'application/json',
	pieces: [JSON.stringify(body)],
});
const problem = (status: number, code: string, message: string) =>
	json({ error: { message, type: 'invalid_request_error', param: null, code } }, status);

export async function modelAnswer(
	script: ScriptLine[],
	request: { method: string; path: string; authorization?: string; rawBody: Buffer },
	stopping: AbortSignal,
): Promise<ModelAnswer> {
	const { method, path, authorization, rawBody } = request;
	if (authorization !== `Bearer ${MODEL_KEY}`)
		return problem(401, 'invalid_api_key', 'Incorrect API key provided.');
	if (method === 'GET' && path === `${PREFIX}models`) {
		const model = { id: MODEL, object: 'model', created: 0, owned_by: 'simulator' };
		return json({ object: 'list', data: [model] });
	}
	if (method !== 'POST' || path !== `${PREFIX}chat/completions`)
		return problem(404, 'unknown_url', `Unknown request URL: ${method} ${path}.`);
	let body: Json;
	try {
		body = JSON.parse(rawBody.toString('utf8')) as Json;
	} catch {
		return problem(400, 'invalid_json', 'We could not parse the JSON body of your request.');
	}
	if (body.model !== MODEL)
		return problem(404, 'model_not_found', `The model \`${body.model}\` does not exist.`);
	if (!Array.isArray(body.messages) || body.messages.length === 0)
		return problem(400, 'missing_required_parameter', "Missing required parameter: 'messages'.");
	const { message, delayMs, wordMs, breakAfter } = perform(script, body);
	if (delayMs) await delay(delayMs, undefined, { signal: stopping });
	const answer = { ...completion(body, message), pauseMs: wordMs };
	if (breakAfter === undefined || !body.stream || message.tool_calls) return answer;
	return { ...answer, pieces: answer.pieces.slice(0, breakAfter + 1), breaks: true };
}

/** What the script has for these messages: a tool call, or a text. */
function perform(script: ScriptLine[], { messages, tools = [] }: Json) {
	const lastUser = messages.map(({ role }: Json) => role).lastIndexOf('user');
	const input = lastUser < 0 ? '' : textOf(messages[lastUser].content);
	const line = script.find(({ when = '' }) => input.includes(when)) ?? FALLBACK;
	const { calls = [], say, ...timing } = line;
	const results = messages.slice(lastUser + 1).filter(({ role }: Json) => role === 'tool');
	const call = calls[results.length];
	if (call && tools.length > 0)
		return { message: toolCall(call.name ?? tools[0]?.function.name, call.arguments), ...timing };
	const result = textOf(results.at(-1)?.content ?? '');
	const content = say.replace(
		/\{(input|result)(?:\.(\w+))?\}/g,
		(_all, what: string, field: string) => {
			if (what === 'input') return input;
			return field ? fieldOf(result, field) : result;
		},
	);
	return { message: { role: 'assistant', content }, ...timing };
}

function toolCall(name: string, values: Json): Json {
	const id = `call_${randomBytes(12).toString('hex')}`;
	const call = { id, type: 'function', function: { name, arguments: JSON.stringify(values) } };
	return { role: 'assistant', content: null, tool_calls: [call] };
}

/** A field of what a tool has given: JSON of an object, or of a list, whose first object counts. */
function fieldOf(result: string, field: string): string {
	try {
		const [first] = [JSON.parse(result)].flat() as Json[];
		return String(first[field]);
	} catch {
		return `(no ${field})`;
	}
}

/** A content is a text or a list of parts. */
const textOf = (content: string | Array<{ text?: string }>): string =>
	typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('');

function completion(
	{ stream, stream_options: options, messages }: Json,
	message: Json,
): ModelAnswer {
	const count = (value: unknown) => Math.ceil(JSON.stringify(value).length / 4);
	const [prompt_tokens, completion_tokens] = [count(messages), count(message)];
	const total_tokens = prompt_tokens + completion_tokens;
	const usage = { prompt_tokens, completion_tokens, total_tokens };
	const finish_reason = message.tool_calls ? 'tool_calls' : 'stop';
	const created = Math.floor(Date.now() / 1000);
	const id = `chatcmpl-${randomBytes(12).toString('hex')}`;
	const common = { id, created, model: MODEL };
	if (!stream) {
		const choices = [{ index: 0, message, finish_reason, logprobs: null }];
		return json({ ...common, object: 'chat.completion', choices, usage });
	}
	const { content, tool_calls: calls } = message;
	const deltas: Json[] = calls
		? [{ tool_calls: calls.map((call: Json, index: number) => ({ index, ...call })) }]
		: content.split(/(?<=\s)/).map((word: string) => ({ content: word }));
	const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
	const chunk = (delta: Json, reason: string | null = null) =>
		event({
			...common,
			object: 'chat.completion.chunk',
			choices: [{ index: 0, delta, finish_reason: reason, logprobs: null }],
		});
	const pieces = [
		chunk({ role: 'assistant', content: '' }),
		...deltas.map((delta) => chunk(delta)),
		chunk({}, finish_reason),
		...(options?.include_usage
			? [event({ ...common, object: 'chat.completion.chunk', choices: [], usage })]
			: []),
		'data: [DONE]\n\n',
	];
	return { status: 200, type: 'text/event-stream', pieces };
}
