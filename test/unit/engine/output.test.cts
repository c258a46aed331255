/** A reply as an item: what WeCom left out is named, whatever it calls it. */
import { keepFields, replyItem } from '../../../nodes/Wecom/engine/output';

it('has no "ok" in it', () => {
	expect(replyItem({ errcode: 0, errmsg: 'ok', userid: 'a' })).toEqual({ userid: 'a' });
});

it.each([
	['invaliduser', 'members'],
	['invalidparty', 'departments'],
	['invalid_party', 'departments'],
	['invalidtag', 'tags'],
	['invalidlist', 'members'],
	['invalid_parent_userid', 'parents'],
	['invalid_student_userid', 'students'],
	['unlicenseduser', 'members without a license'],
])('warns of %s', (field, meaning) => {
	const { warning, ...rest } = replyItem(
		{ errcode: 0, errmsg: 'ok', [field]: 'x|y' },
		'Not sent to',
	);
	expect(rest).toEqual({ [field]: 'x|y' });
	expect(warning).toMatch(new RegExp(`^Not sent to .*${meaning}: x\\|y\\.$`));
});

it('warns of members that come as a list, as those of a card that is updated', () => {
	const reply = { errcode: 0, errmsg: 'ok', invaliduser: ['x', 'y'], invalidtag: [] };
	expect(replyItem(reply).warning).toBe('Left out: unknown or out-of-reach members: x, y.');
});

it('warns of nothing where nothing was left out', () => {
	const reply = { errcode: 0, errmsg: 'ok', invaliduser: '', invalidparty: undefined };
	expect(replyItem(reply)).not.toHaveProperty('warning');
});

it('keeps the wanted fields that are there, in their order', () => {
	expect(keepFields({ c: 3, b: 0, a: 1 }, ['a', 'b', 'd'])).toEqual({ a: 1, b: 0 });
});
