import { isDeepStrictEqual } from 'node:util';
import { requirements } from '../catalog/parameters.cts';
import { useSimulator } from './api.cts';
import {
	allFacts,
	call,
	catalogServed,
	completeBody,
	factsOf,
	isShared,
	isXml,
	requiredPaths,
	tokenQuery,
	withQuery,
	without,
} from './catalog-calls.cts';

const { any } = expect;
const api = useSimulator();
const WARNING = 'Warning: wrong json format.';

/** Documented requests that contradict the table above them, so that the platform's rules refuse or warn. */
const CONTRADICTIONS: Record<string, string> = {
	'kf.send_msg_on_event': 'msgtype is the placeholder MSG_TYPE',
	'wedoc.smartsheet.update_records': 'the required records are empty',
	'wedoc.smartsheet.content_priv.get_sheet_priv': 'rule_id_list: texts, in the table numbers',
	'meeting.realcontrol.mute_user':
		'option: a boolean, in the table a text; operated_user: one object',
	'meeting.webinar.update': 'media_setting: an object, in the table a list',
	'meeting.webinar.update_guest_list': 'guests[].area: a number, in the table a text',
	'wedrive.file_create': 'file_type is the placeholder FILE_TYPE, in the table a number',
	'advanced_feature.get_apply_id_list': 'the required userid is missing',
	'devicedata.get_checkin_data': 'limit is the placeholder LIMIT',
	'devicedata.get_temperature_data': 'limit is the placeholder LIMIT',
	'devicedata.get_accesscontrol_data': 'limit is the placeholder LIMIT',
	'openhw.device.get_printer_job_list': 'cursor: a number, in the table a text',
};
const CONTRADICTING_VARIANTS: Record<string, string> = {
	'kf.send_msg': 'no_newline of the menu: a number, in the table a boolean',
	'kf.send_msg_on_event': 'the same',
};
/** Documented answers that are not given as they are. */
const OTHER_ANSWERS: Record<string, string> = {
	'school.user.batch_create_student': 'the sample shows a failure',
	'school.user.batch_delete_student': 'the sample shows a failure',
	'school.user.batch_update_student': 'the sample shows a failure',
	'school.user.batch_create_parent': 'the sample shows a failure',
	'school.user.batch_delete_parent': 'the sample shows a failure',
	'meeting.create~advanced':
		'repeat_until_type: a number, in the table a list; so the body fits meeting.create only',
	'corpgroup.corp.gettoken': 'gives a token that works',
	'service.get_suite_token': 'gives a token that works',
	'service.get_corp_token': 'gives a token that works',
	'openhw.get_model_token': 'gives a token that works',
	'openhw.get_device_secret': 'gives a token that works',
	'openhw.get_device_token': 'gives a token that works',
};

describe('the facts', () => {
	it('are those of all 806 endpoints', () => {
		expect(allFacts).toHaveLength(806);
		expect(new Set(allFacts.map(({ id }) => id)).size).toBe(806);
		expect(JSON.stringify(allFacts)).not.toContain('_zh"');
		for (const { params } of allFacts)
			for (const param of params) expect(param.required).toEqual(any(Boolean));
	});
});

describe('every endpoint without a row of its own', () => {
	it('accepts its documented request and gives its documented answer', async () => {
		const refused: string[] = [];
		const different: string[] = [];
		for (const facts of catalogServed) {
			if (!facts.sample_request) continue;
			const body = withQuery(facts, facts.sample_request);
			const { json } = await call(api.sim, facts, body);
			if (json.errcode || json.errmsg?.includes(WARNING)) refused.push(facts.id);
			else if (facts.sample_response && !isDeepStrictEqual(json, facts.sample_response))
				different.push(facts.id);
		}
		expect(refused.sort()).toEqual(Object.keys(CONTRADICTIONS).sort());
		expect(different.sort()).toEqual(Object.keys(OTHER_ANSWERS).sort());
	});

	it('accepts the documented requests of its variants', async () => {
		const refused: string[] = [];
		for (const facts of catalogServed) {
			for (const { sample_request } of facts.variants ?? []) {
				if (!sample_request) continue;
				const { json } = await call(api.sim, facts, withQuery(facts, sample_request));
				if (json.errcode || json.errmsg?.includes(WARNING)) refused.push(facts.id);
			}
		}
		expect(refused.sort()).toEqual(Object.keys(CONTRADICTING_VARIANTS).sort());
	});

	it('accepts a complete body and answers all documented fields', async () => {
		const wrong: string[] = [];
		for (const facts of catalogServed) {
			if (facts.download || isXml(facts)) continue;
			const { json } = await call(api.sim, facts, completeBody(facts));
			const sampled = facts.sample_response !== null;
			const absent = (facts.response ?? []).filter(({ name }) => json[name] === undefined);
			if (json.errcode || json.errmsg?.includes(WARNING) || (absent.length && !sampled))
				wrong.push(`${facts.id}: ${json.errmsg}`);
		}
		expect(wrong).toEqual([]);
	});

	it('refuses a call without a required field, also within objects', async () => {
		const accepted: string[] = [];
		let calls = 0;
		for (const facts of catalogServed) {
			if (isXml(facts) || isShared(facts)) continue;
			const token = tokenQuery(api.sim, facts);
			const body = completeBody(facts);
			for (const path of requiredPaths(requirements(facts.params, [facts.sample_request ?? {}]))) {
				const { json } = await call(api.sim, facts, without(body, path), { token: { ...token } });
				calls += 1;
				if (!/missing/.test(json.errmsg)) accepted.push(`${facts.id} ${path.join('.')}`);
			}
		}
		expect(accepted).toEqual([]);
		expect(calls).toBeGreaterThan(1300);
	});

	it('drops a field of a wrong type with a warning; a required one is missing then', async () => {
		const vip = factsOf('security.vip.list');
		expect((await call(api.sim, vip, { limit: '10' })).json).toMatchObject({
			errcode: 0,
			errmsg: `ok. ${WARNING} `,
		});
		const tag = factsOf('tag.update');
		const refused = (await call(api.sim, tag, { tagid: '12', tagname: 'x' })).json;
		expect(refused.errcode).toBe(41017);
		expect(refused.errmsg).toMatch(/^Warning: wrong json format\. missing tagid, hint: /);
	});

	it.each([
		['security.vip.submit_batch_add_job', {}, 40058, 'missing userid_list'],
		['security.vip.submit_batch_add_job', { userid_list: [] }, 40058, 'missing userid_list'],
		['kf.account.del', {}, 60251, 'missing open_kfid'],
		['tag.create', { tagname: '' }, 41018, 'missing tagname'],
		['kf.send_msg', { touser: 'a', open_kfid: 'b', msgtype: 'text' }, 40058, 'missing text'],
		['kf.send_msg', { touser: 'a', open_kfid: 'b', msgtype: 'song' }, 40008, 'message type'],
	])('%s with %j answers %i', async (id, body, errcode, text) => {
		const { json } = await call(api.sim, factsOf(id), body);
		expect(json).toMatchObject({ errcode, errmsg: expect.stringContaining(text) });
	});

	it('called with the other method misses its parameters', async () => {
		const post = factsOf('tag.create');
		expect((await call(api.sim, post, { tagname: 'x' }, { method: 'GET' })).json.errcode).toBe(
			41018,
		);
		const get = factsOf('tag.get');
		expect((await call(api.sim, get, { tagid: 1 })).json.errcode).toBe(0);
		expect((await call(api.sim, get, { tagid: 1 }, { method: 'POST' })).json.errcode).toBe(41017);
		expect((await call(api.sim, get, { tagid: 'x' })).json.errcode).toBe(41017);
	});

	it('accepts a body that fits any of the endpoints with its path', async () => {
		const plain = factsOf('meeting.get_info');
		const advanced = factsOf('meeting.get_info~advanced');
		const { json } = await call(api.sim, plain, { meetingid: 'm' });
		expect(json).toEqual(plain.sample_response);
		const other = await call(api.sim, advanced, { meeting_code: 'c' });
		expect(other.json).toEqual(advanced.sample_response);
	});

	it('is recorded, also with an HTML 404 for an undocumented path', async () => {
		api.sim.control.issueToken('suite', { token: 's', name: 'my suite' });
		const facts = factsOf('service.get_pre_auth_code');
		await call(api.sim, facts, {}, { token: { suite_access_token: 's' } });
		expect(api.sim.requests).toMatchObject([
			{ path: facts.path, query: { suite_access_token: 'my suite' }, errcode: 0 },
		]);
		expect((await fetch(`${api.sim.url}/cgi-bin/kf/nothing`)).status).toBe(404);
		expect(api.sim.requests).toHaveLength(2);
	});
});
