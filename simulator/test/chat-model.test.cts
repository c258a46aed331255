import { MODEL, MODEL_KEY } from '../chat-model.cts';
import { useSimulator, type Json } from './api.cts';

const api = useSimulator();

async function ask(body: Json | string, key = MODEL_KEY) {
	const response = await fetch(`${api.sim.url}/v1/chat/completions`, {
		method: 'POST',
		headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
		body: typeof body === 'string' ? body : JSON.stringify({ model: MODEL, ...body }),
	});
	return { status: response.status, text: await response.text() };
}
const user = (content: unknown) => ({ role: 'user', content });
const choice = async (body: Json) =>
	(JSON.parse((await ask(body)).text) as Json).choices[0] as Json;
const tools = [{ type: 'function', function: { name: 'who', parameters: { type: 'object' } } }];

it('lists its only model, and needs the key', async () => {
	const list = async (key: string) =>
		await fetch(`${api.sim.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
	expect(await (await list(MODEL_KEY)).json()).toMatchObject({ data: [{ id: MODEL }] });
	expect((await list('sk-wrong')).status).toBe(401);
	expect((await ask({ messages: [user('hi')] }, 'sk-wrong')).status).toBe(401);
});

it.each([
	['no JSON', '{', 400],
	['another model', { model: 'gpt-9', messages: [user('hi')] }, 404],
	['no messages', { messages: [] }, 400],
])('refuses %s as OpenAI does', async (_name, body, status) => {
	const answer = await ask(body);
	expect(answer.status).toBe(status);
	expect((JSON.parse(answer.text) as Json).error.message).toEqual(expect.any(String));
});

it('says the first line that fits the last user message', async () => {
	api.sim.control.setScript([
		{ when: 'order', say: 'About "{input}": on its way.' },
		{ when: 'hello', say: 'Hello!' },
	]);
	const messages = [
		{ role: 'system', content: 'Be kind to order' },
		user('hello'),
		{ role: 'assistant', content: 'Hello!' },
		user([{ type: 'text', text: 'my order?' }]),
	];
	expect(await choice({ messages })).toMatchObject({
		message: { role: 'assistant', content: 'About "my order?": on its way.' },
		finish_reason: 'stop',
	});
	expect((await choice({ messages: [user('hello')] })).message.content).toBe('Hello!');
	expect((await choice({ messages: [user('天气')] })).message.content).toContain('天气');
});

it('calls tools one after the other, then speaks of what the last one gave', async () => {
	const lisi = { name: 'who', arguments: { userid: 'lisi' } };
	const calls = [lisi, { arguments: { userid: 'zhangsan' } }];
	api.sim.control.setScript([{ say: 'It is {result.name}, {result.rank}: {result}', calls }]);
	const messages: Json[] = [user('who?')];
	for (const { arguments: values } of calls) {
		const asked = await choice({ messages, tools });
		expect(asked).toMatchObject({
			finish_reason: 'tool_calls',
			message: {
				content: null,
				tool_calls: [{ function: { name: 'who', arguments: JSON.stringify(values) } }],
			},
		});
		const [{ id }] = asked.message.tool_calls;
		const content = JSON.stringify([{ name: values.userid }]);
		messages.push(asked.message, { role: 'tool', tool_call_id: id, content });
	}
	const { content } = (await choice({ messages, tools })).message;
	expect(content).toBe('It is zhangsan, undefined: [{"name":"zhangsan"}]');
	messages.at(-1)!.content = 'no JSON';
	expect((await choice({ messages, tools })).message.content).toContain('It is (no name)');
});

it('streams the same as events', async () => {
	api.sim.control.setScript([{ say: 'One two three.', delayMs: 5 }]);
	const body = { messages: [user('count')], stream: true, stream_options: { include_usage: true } };
	const { text } = await ask(body);
	const events = text
		.trim()
		.split('\n\n')
		.map((event) => event.replace('data: ', ''));
	expect(events.pop()).toBe('[DONE]');
	const chunks = events.map((event) => JSON.parse(event) as Json);
	const said = chunks.map(({ choices }) => (choices[0]?.delta.content as string) ?? '');
	expect(said.filter(Boolean)).toEqual(['One ', 'two ', 'three.']);
	expect(chunks.at(-2)!.choices[0].finish_reason).toBe('stop');
	expect(chunks.at(-1)!.usage.total_tokens).toBeGreaterThan(0);
	api.sim.control.setScript([{ say: 'x', calls: [{ arguments: { a: 1 } }] }]);
	const called = (await ask({ ...body, tools })).text;
	expect(called).toContain('"tool_calls":[{"index":0,');
});
