import { useSimulator } from './api.cts';

const api = useSimulator();
const post = async (path: string, body: object) => await api.post(`msgaudit/${path}`, body);

describe('the chat archive', () => {
	it('knows who agreed, in chats and in groups', async () => {
		const consent = { exteranalopenid: 'wm1', agree: true, at: 1_767_225_600 };
		api.sim.state.consents.push(
			{ userid: 'lisi', ...consent },
			{ roomid: 'wr1', ...consent, agree: false },
		);
		const info = [
			{ userid: 'lisi', exteranalopenid: 'wm1' },
			{ userid: 'lisi', exteranalopenid: 'wm2' },
		];
		expect((await post('check_single_agree', { info })).agreeinfo).toEqual([
			{ ...info[0], agree_status: 'Agree', status_change_time: 1_767_225_600 },
			{ ...info[1], agree_status: 'Disagree', status_change_time: 0 },
		]);
		expect((await post('check_room_agree', { roomid: 'wr1' })).agreeinfo).toEqual([
			{ exteranalopenid: 'wm1', agree_status: 'Disagree', status_change_time: 1_767_225_600 },
		]);
		const many = Array.from({ length: 101 }, () => info[0]);
		expect((await post('check_single_agree', { info: many })).errcode).toBe(301060);
		expect((await post('check_room_agree', {})).errcode).toBe(40058);
	});

	it('knows who is archived, and groups of colleagues only', async () => {
		api.sim.state.consents.push({ roomid: 'wr1', exteranalopenid: 'wm1', agree: true, at: 1 });
		const { ids } = await post('get_permit_user_list', {});
		expect(ids).toContain('lisi');
		expect(await post('groupchat/get', { roomid: 'wr0' })).toMatchObject({
			errcode: 0,
			creator: ids[0],
		});
		expect((await post('groupchat/get', { roomid: 'wr1' })).errcode).toBe(301059);
	});
});
