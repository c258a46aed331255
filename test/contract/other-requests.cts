/**
 * Requests to test an operation with instead of the documented sample, by `<resource>.<operation>`: where the sample on WeCom's page
 * contradicts the table beside it, or shows another use of the endpoint. Say which.
 */
import type { IDataObject } from 'n8n-workflow';

/** Statistics are of days long gone in the samples; WeCom keeps 180 days, each from midnight in China. */
const daysAgo = (days: number) =>
	Math.floor(Date.now() / 86_400_000 + 1 / 3 - days) * 86_400 - 28_800;

export const OTHER_REQUESTS: Record<string, IDataObject> = {
	// No sample; at least one of the two lists.
	'customer.tag': {
		userid: 'zhangsan',
		external_userid: 'woAJ2GCAAAXtWyujaWJHDDGi0mACAAA',
		add_tag: ['etTAG1', 'etTAG2'],
		remove_tag: ['etTAG3'],
	},
	// A space behind the user ID of the sample.
	'customerMessage.getBulkMessageResults': {
		msgid: 'msgGCAAAXtWyujaWJHDDGi0mACAAAA',
		userid: 'zhangsan',
	},
	// The sample has "xx" everywhere.
	'payment.getTradeBill': {
		bill_date: '2026-01-31',
		mchid: '1900000109',
		bill_type: 'ALL',
		tar_type: 'GZIP',
	},
	// The sample asks for the page that its own answer leads to.
	'customerAcquisition.getCustomers': { link_id: 'LINK_ID_1' },
	// The sample gives three members and two departments to the type for one member.
	'customerContactWay.create': {
		type: 2,
		scene: 1,
		style: 1,
		remark: '渠道客户',
		skip_verify: true,
		state: 'teststate',
		user: ['zhangsan', 'lisi', 'wangwu'],
		party: [2, 3],
		is_temp: true,
		expires_in: 86400,
		is_exclusive: true,
		mark_source: true,
	},
	// No sample.
	'customerGroup.createJoinWay': {
		scene: 2,
		chat_id_list: ['wrOgQhDgAAH2Yy-CTZ6POca8mlBEdaaa'],
		remark: 'aa_remark',
		auto_create_room: 1,
		room_base_name: '销售客服群',
		room_base_id: 10,
		state: 'klsdup3kj3s1',
		mark_source: true,
	},
	'customerStatistic.getServicersPerDay': {
		open_kfid: 'OPEN_KFID',
		servicer_userid: 'zhangsan',
		start_time: daysAgo(32),
		end_time: daysAgo(2),
	},
	'customerStatistic.getCustomerServicePerDay': {
		open_kfid: 'OPEN_KFID',
		start_time: daysAgo(3),
		end_time: daysAgo(2),
	},
	'customerStatistic.getContactsPerDay': {
		userid: ['zhangsan', 'lisi'],
		partyid: [1001, 1002],
		start_time: daysAgo(3),
		end_time: daysAgo(2),
	},
	'customerStatistic.getGroupsByDay': {
		day_begin_time: daysAgo(3),
		day_end_time: daysAgo(2),
		owner_filter: { userid_list: ['zhangsan'] },
	},
	'customerStatistic.getGroupsByOwner': {
		day_begin_time: daysAgo(3),
		day_end_time: daysAgo(2),
		owner_filter: { userid_list: ['zhangsan'] },
		order_by: 2,
		order_asc: 0,
	},
	// No samples.
	'customerTag.create': {
		group_name: 'GROUP_NAME',
		tag: [{ name: 'TAG_NAME_1', order: 1 }, { name: 'TAG_NAME_2' }],
	},
	'customerTag.delete': { tag_id: ['TAG_ID_1'], group_id: ['GROUP_ID_1'] },
	'customerTag.deleteInStrategy': { tag_id: ['TAG_ID_1'], group_id: ['GROUP_ID_1'] },
	// No request is documented.
	'document.updateContent': {
		docid: 'DOCID',
		requests: [{ insert_text: { text: 'Hello', location: { index: 0 } } }],
	},
	// The sample gives the placeholder FILE_TYPE for a number.
	'driveFile.createFolder': {
		spaceid: 'SPACEID',
		fatherid: 'FATHERID',
		file_type: 1,
		file_name: 'FILE_NAME',
	},
	'driveFile.removeMembers': {
		fileid: 'FILEID',
		auth_info: [{ type: 1, userid: 'zhangsan', departmentid: 1 }],
	},
	'smartSheet.addColumns': {
		docid: 'DOCID',
		sheet_id: '123Abc',
		fields: [{ field_title: 'Amount', field_type: 'FIELD_TYPE_TEXT' }],
	},
};
