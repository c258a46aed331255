/** API > Call beyond the catalog: any method and path, a chosen token, and parameters the list does not know. */
import type { IDataObject } from 'n8n-workflow';
import { binaryBytes } from '../support/harness.cts';
import { shutDoor, until } from '../support/wait.cts';
import { byId, itemsOf, runWecom, useSimulator } from './support.cts';

const simulator = useSimulator();
const call = (endpoint: string, parameters: IDataObject = {}) => ({
	resource: 'api',
	operation: 'call',
	parameters: { endpoint: byId(endpoint), inputMode: 'json', json: '{}', ...parameters },
});
const answers = (path: string, answer: object | string, times = 1) =>
	simulator().control.inject({
		path,
		times,
		rawBody: typeof answer === 'string' ? answer : JSON.stringify(answer),
	});
/** Without those that only found out that the simulator has forgotten the token. */
const requests = (path: string) =>
	simulator().requests.filter((request) => request.path === path && request.errcode !== 40014);
const sent = (path: string) => requests(path).at(-1)!;
const failure = async (endpoint: string, parameters: IDataObject = {}) => {
	const { error } = await runWecom(simulator(), call(endpoint, parameters));
	expect(error).toBeDefined();
	const { message, description } = error as Error & { description?: string };
	return { message, description };
};
const nothingSent = () =>
	expect(simulator().requests.filter(({ path }) => path !== '/cgi-bin/gettoken')).toEqual([]);

describe('an endpoint that is not in the list', () => {
	it('is called by method and path, with its parameters in the body as they are', async () => {
		answers('/cgi-bin/brand/new', { errcode: 0, errmsg: 'ok', made: { id: 7 } });
		const json = { a: '1', b: [1, null], long: '12345678901234567890', when: { at: 0 } };
		const items = await itemsOf(
			simulator(),
			call('POST /cgi-bin/brand/new?debug=1', { json: JSON.stringify(json) }),
		);
		expect(items).toEqual([{ made: { id: 7 } }]);
		expect(sent('/cgi-bin/brand/new')).toMatchObject({ method: 'POST', body: json });
		expect(sent('/cgi-bin/brand/new').query).toEqual({
			access_token: expect.anything(),
			debug: '1',
		});
	});

	it.each(['GET', 'DELETE'])('sends them in the query of %s', async (method) => {
		answers('/cgi-bin/brand/new', { errcode: 0 });
		await itemsOf(
			simulator(),
			call(`${method.toLowerCase()} cgi-bin/brand/new`, { json: '{"id": 5, "list": ["a", "b"]}' }),
		);
		const { method: used, query, body } = sent('/cgi-bin/brand/new');
		expect([used, query.id, query.list, body ?? null]).toEqual([method, '5', '["a","b"]', null]);
	});

	it.each(['PUT', 'PATCH'])('is called by %s', async (method) => {
		answers('/cgi-bin/brand/new', { errcode: 0 });
		await itemsOf(simulator(), call(`${method} /cgi-bin/brand/new`, { json: '{"a": 1}' }));
		expect(sent('/cgi-bin/brand/new')).toMatchObject({ method, body: { a: 1 } });
	});

	it('is one of the list with another method', async () => {
		answers('/cgi-bin/user/create', { errcode: 0, seen: true });
		expect(await itemsOf(simulator(), call('GET /cgi-bin/user/create'))).toEqual([{ seen: true }]);
		expect(sent('/cgi-bin/user/create').method).toBe('GET');
	});

	it("takes the item's own fields with automatic mapping", async () => {
		answers('/cgi-bin/brand/new', { errcode: 0 });
		await itemsOf(simulator(), {
			...call('POST /cgi-bin/brand/new', {
				inputMode: 'fields',
				fields: { mappingMode: 'autoMapInputData', value: null },
			}),
			items: [{ json: { one: 1, two: [2] } }],
		});
		expect(sent('/cgi-bin/brand/new').body).toEqual({ one: 1, two: [2] });
	});

	it('answers with a file where that is chosen', async () => {
		answers('/cgi-bin/brand/new', 'a,b\n1,2\n');
		const run = await runWecom(
			simulator(),
			call('GET /cgi-bin/brand/new', { options: { output: 'file' } }),
		);
		expect(String(await binaryBytes(run.items('WeCom')[0]))).toBe('a,b\n1,2\n');
	});

	it('fails with the code of WeCom', async () => {
		answers('/cgi-bin/brand/new', { errcode: 48002, errmsg: 'api forbidden' });
		expect((await failure('POST /cgi-bin/brand/new')).message).toContain('48002');
	});

	it.each([
		['POST https://evil.example/cgi-bin/x/y', /a path, not a whole address/],
		['https://evil.example/cgi-bin/user/get', /a path, not a whole address/],
		['POST //evil.example/cgi-bin/x', /a path, not a whole address/],
		['POST https://qyapi.weixin.qq.com/cgi-bin/x/y', /a path, not a whole address/],
		['POST file:///etc/passwd', /a path, not a whole address/],
		['POST /cgi-bin/../x/y', /is not a path of the API/],
		['POST /cgi-bin/%2e%2E/x/y', /is not a path of the API/],
		['POST /cgi-bin/..%2fx/y', /is not a path of the API/],
		['POST /cgi-bin\\x/y', /is not a path of the API/],
		['POST /cgi-bin/x y/z', /is not a path of the API/],
		['POST cgi/x', /is not a path of the API/],
		['/cgi-bin/x/y', /How to call '\/cgi-bin\/x\/y' is not known/],
		['STEAL /cgi-bin/x/y', /There is no method 'STEAL'/],
		['nothing.like.it', /There is no endpoint 'nothing\.like\.it'/],
		['={{ "" }}', /'Endpoint' is empty/],
	])('%s is refused before anything is sent', async (reference, message) => {
		const refused = await failure(reference);
		expect(refused.message).toMatch(message);
		expect(refused.description).toMatch(/POST/);
		nothingSent();
	});

	it.each([
		['POST /cgi-bin/x/y?access_token=mine', {}],
		['GET /cgi-bin/user/get?access_token=mine', {}],
		['GET /cgi-bin/user/get?Access_Token=mine', {}],
		['POST /cgi-bin/x/y', { suite_access_token: 'mine' }],
		['user.get', { access_token: 'mine' }],
	])('%s %j: a token of its own is refused, and not shown', async (reference, json) => {
		for (const parameterCheck of ['strict', 'convert', 'off']) {
			const { message, description } = await failure(reference, {
				json: JSON.stringify(json),
				options: { parameterCheck },
			});
			expect(message).toMatch(/token' is not a parameter: leave it out/i);
			expect(`${message} ${description}`).not.toContain('mine');
		}
		nothingSent();
	});
});

it('takes an address as it stands on the page of WeCom, with parameters in it', async () => {
	const [item] = await itemsOf(
		simulator(),
		call('https://qyapi.weixin.qq.com/cgi-bin/user/get?userid=zhangsan'),
	);
	expect(item).toMatchObject({ userid: 'zhangsan' });
});

describe('the token', () => {
	const run = (token: string) => call('POST /cgi-bin/brand/new', { options: { token } });

	it('of the app is there by default, and none where none is chosen', async () => {
		answers('/cgi-bin/brand/new', { errcode: 0 }, 3);
		for (const token of ['auto', 'app']) {
			await itemsOf(simulator(), run(token));
			expect(sent('/cgi-bin/brand/new').query).toHaveProperty('access_token');
		}
		await itemsOf(simulator(), run('none'));
		expect(sent('/cgi-bin/brand/new').query).toEqual({});
	});

	it.each(['suite', 'provider', 'company'])('of a %s needs a suite', async (token) => {
		const { error } = await runWecom(simulator(), run(token));
		expect(error?.message).toBe(`The token of '${token}' needs Authentication 'Suite'`);
		nothingSent();
	});

	it('that does not exist is refused', async () => {
		const { error } = await runWecom(simulator(), run('root'));
		expect(error?.message).toBe("'Token' is 'root', which is not one of its choices");
	});

	it('of a webhook is no hindrance where the person chooses', async () => {
		answers('/cgi-bin/webhook/send', { errcode: 0 });
		await itemsOf(
			simulator(),
			call('POST /cgi-bin/webhook/send?key=K', {
				json: '{"msgtype": "text", "text": {"content": "hello"}}',
				options: { token: 'none' },
			}),
		);
		expect(sent('/cgi-bin/webhook/send')).toMatchObject({
			query: { key: expect.anything() },
			body: { msgtype: 'text', text: { content: 'hello' } },
		});
	});
});

describe('Parameter Check', () => {
	const json = JSON.stringify({
		userid: 'lisi',
		department: '1、2',
		order: 'first',
		brand_new: { a: 1 },
		enable: '是',
		empty: null,
	});
	const check = async (parameterCheck?: string) => {
		answers('/cgi-bin/user/create', { errcode: 0, errmsg: 'ok' });
		const options = parameterCheck ? { parameterCheck } : {};
		return await itemsOf(simulator(), call('user.create', { json, options }));
	};

	it('is strict unless something else is chosen', async () => {
		for (const parameterCheck of [undefined, 'strict']) {
			await expect(check(parameterCheck)).rejects.toMatchObject({
				message: expect.stringContaining("'order[0]' is 'first'"),
				description: expect.stringMatching(
					/brand_new.*'name' \(Name\) is missing.*Parameter Check/s,
				),
			});
		}
		nothingSent();
	});

	it('Convert Only converts what it knows, sends the rest, and says so', async () => {
		expect(await check('convert')).toEqual([
			expect.objectContaining({ warning: "Sent unchecked: 'order[0]', 'brand_new'." }),
		]);
		expect(sent('/cgi-bin/user/create').body).toEqual({
			userid: 'lisi',
			department: [1, 2],
			order: ['first'],
			brand_new: { a: 1 },
			enable: 1,
		});
	});

	it('Off sends everything as it is, each where it travels', async () => {
		const [item] = await check('off');
		expect(item).not.toHaveProperty('warning');
		expect(sent('/cgi-bin/user/create').body).toEqual(JSON.parse(json));
		answers('/cgi-bin/menu/create', { errcode: 0 });
		await itemsOf(
			simulator(),
			call('menu.create', {
				json: '{"agentid": "5", "button": 1}',
				options: { parameterCheck: 'off' },
			}),
		);
		expect(sent('/cgi-bin/menu/create')).toMatchObject({
			query: { agentid: '5' },
			body: { button: 1 },
		});
	});

	it('names what it sent unchecked beside what WeCom says', async () => {
		answers('/cgi-bin/message/send', { errcode: 0, invaliduser: 'nobody' });
		const [item] = await itemsOf(
			simulator(),
			call('message.send', {
				json: '{"touser":"nobody","msgtype":"text","agentid":1,"text":{"content":"a","tone":2}}',
				options: { parameterCheck: 'convert' },
			}),
		);
		expect(item.warning).toBe(
			"Left out: unknown or out-of-reach members: nobody. Sent unchecked: 'text.tone'.",
		);
	});

	it('knows the documented variants of a call', async () => {
		answers('/cgi-bin/meeting/cancel', { errcode: 0 });
		await itemsOf(
			simulator(),
			call('POST /cgi-bin/meeting/cancel', { json: '{"meetingid":"m","sub_meetingid":7}' }),
		);
		expect(sent('/cgi-bin/meeting/cancel').body).toEqual({ meetingid: 'm', sub_meetingid: '7' });
	});
});

describe('reading by POST', () => {
	it('overlaps, in the order of the items', async () => {
		const all = shutDoor();
		simulator().control.inject({ path: '/cgi-bin/todo/get', times: 12, after: all.opened });
		const asked = () => requests('/cgi-bin/todo/get');
		const run = {
			...call('={{ $json.endpoint }}', { json: '={{ { todo_id: $json.id } }}' }),
			items: Array.from({ length: 6 }, (_, id) => ({
				json: { id: String(id), endpoint: id % 2 ? 'todo.get' : 'POST /cgi-bin/todo/get' },
			})),
			onError: 'continueRegularOutput' as const,
		};
		const running = runWecom(simulator(), run);
		await until('all are asked before one is answered', () => asked().length === 6);
		all.open();
		await running;
		expect(asked()).toHaveLength(6);
	});

	it('is repeated when WeCom is busy; a change is not', async () => {
		simulator().control.inject({ path: '/cgi-bin/todo/get', errcode: -1 });
		simulator().control.inject({ path: '/cgi-bin/todo/update', errcode: -1 });
		await runWecom(simulator(), call('todo.get', { json: '{"todo_id": "t"}' }));
		expect(requests('/cgi-bin/todo/get')).toHaveLength(2);
		await runWecom(
			simulator(),
			call('todo.update', { json: '{"todo_id": "t"}', options: { parameterCheck: 'off' } }),
		);
		expect(requests('/cgi-bin/todo/update')).toHaveLength(1);
	});
});
