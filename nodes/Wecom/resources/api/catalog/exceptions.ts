import type { FieldType } from './format';

/**
 * Fields the documentation marks as required although they are needed in some cases only. The data keeps WeCom's mark;
 * the form and the check do not insist on these. `*` at the end stands for any ending.
 */
const REQUIRED_ONLY_SOMETIMES: Record<string, string[]> = {
	// Each property goes with one type of field.
	'wedoc.smartsheet.add_fields': ['fields.property_*'],
	'wedoc.smartsheet.update_fields': ['fields.property_*'],
	// Only for questions with choices: single, multiple, dropdown.
	'wedoc.create_form': ['form_info.form_question.items.option_item'],
	'wedoc.modify_form': ['form_info.form_question.items.option_item'],
	// A member has the one, a department the other.
	'wedrive.space_acl_add': ['auth_info.userid', 'auth_info.departmentid'],
	'wedrive.space_acl_del': ['auth_info.userid', 'auth_info.departmentid'],
	'wedrive.file_acl_add': ['auth_info.userid', 'auth_info.departmentid'],
	'wedrive.file_acl_del': ['auth_info.userid', 'auth_info.departmentid'],
	// Only for one exact date; relative ones such as "today" have no value.
	'wedoc.smartsheet.get_records': ['filter_spec.conditions.date_time_value.value'],
	'wedoc.smartsheet.update_view': [
		'property.filter_spec.conditions.date_time_value.value',
		'property.color_config.conditions.conditions.date_time_value.value',
		// The sample on the page has `condition` in its place.
		'property.color_config.conditions.conditions',
	],
	// Lists of rules go with a restricted range, `value` not with "is empty", `other_priv` not with all records.
	'wedoc.smartsheet.content_priv.update_sheet_priv': [
		'priv_list.field_priv.field_rule_list',
		'priv_list.record_priv.record_rule_list.value',
		'priv_list.record_priv.other_priv',
	],
	// Without it WeCom shows "Submit".
	'message.send': ['template_card.submit_button.text'],
	'message.update_template_card': ['template_card.submit_button.text'],
	// sub_title_text may stand for the title.
	'webhook.send': ['template_card.main_title'],
	// One of the two is enough.
	'exmail.account.act_email': ['userid', 'publicemail_id'],
	// The MAC addresses are for Windows, the serial number is for Mac.
	'security.trustdevice.import': ['device_list.mac_addr', 'device_list.seq_no'],
	// Without it WeCom counts the groups of every owner in the app's scope.
	'externalcontact.groupchat.statistic': ['owner_filter'],
	'externalcontact.groupchat.statistic_group_by_day': ['owner_filter'],
	// The samples on the pages do without them; the second sends `node_status` instead.
	'advanced_feature.get_apply_id_list': ['userid'],
	'advanced_feature.set_approval_detail': ['process_list.node_list.node_apv_status'],
};

/**
 * Where the sample on a page contradicts its own table: a value of the sample's type is sent as it is; everything else
 * is converted to the type of the table.
 */
const ALSO_TAKES: Record<string, Record<string, FieldType>> = {
	'kf.send_msg': { 'msgmenu.list.text.no_newline': 'integer' },
	'kf.send_msg_on_event': { 'msgmenu.list.text.no_newline': 'integer' },
	'meeting.create~advanced': { 'reminders.repeat_until_type': 'integer' },
	'meeting.realcontrol.mute_user': { option: 'boolean', operated_user: 'object' },
	'meeting.webinar.update': { media_setting: 'object' },
	'meeting.webinar.update_guest_list': { 'guests.area': 'integer' },
	'openhw.device.get_printer_job_list': { cursor: 'integer' },
	'wedoc.smartsheet.content_priv.get_sheet_priv': { rule_id_list: 'string[]' },
	// Each rule is an object with type and value.
	'wedoc.smartsheet.add_fields': { 'fields.property_auto_number.rules': 'object[]' },
	'wedoc.smartsheet.update_fields': { 'fields.property_auto_number.rules': 'object[]' },
};

/** Whether a field the documentation marks as required has to be there always; `path` without indexes. */
export const isAlwaysRequired = (endpointId: string, path: string): boolean =>
	!(REQUIRED_ONLY_SOMETIMES[endpointId] ?? []).some((entry) =>
		entry.endsWith('*') ? path.startsWith(entry.slice(0, -1)) : path === entry,
	);

/** The type a field takes besides the documented one. */
export const otherType = (endpointId: string, path: string): FieldType | undefined =>
	ALSO_TAKES[endpointId]?.[path];

/** For the tests: every entry has to name a field. */
export const EXCEPTIONS = { REQUIRED_ONLY_SOMETIMES, ALSO_TAKES };
