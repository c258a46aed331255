import type { KindRow, KindTable } from './kinds';

const row = (
	infoType: string,
	name: string,
	description: string,
	doc: number,
	more: Partial<KindRow> = {},
): KindRow => ({ on: `info/${infoType}`, name, description, answer: 'S', doc, ...more });

/** Callbacks of a third-party app or a template of customized apps to its command URL. */
export const suiteEvents: KindTable = {
	family: 'suite',
	kinds: [
		row(
			'suite_ticket',
			'Suite: Ticket Received',
			'Every 10 minutes. The ticket is stored in any case; choose this only to watch it arrive.',
			90628,
		),
		row(
			'create_auth',
			'Suite: Company Authorized',
			'A company installed the app. Its permanent code is fetched and stored before the workflow runs.',
			100964,
		),
		row(
			'change_auth',
			'Suite: Authorization Changed',
			'The visible range or permissions of the app changed, or it was switched on or off',
			100964,
		),
		row(
			'cancel_auth',
			'Suite: Authorization Withdrawn',
			'A company removed the app. It is forgotten here; delete its data elsewhere, too.',
			100964,
		),
		row(
			'reset_permanent_code',
			'Suite: Permanent Code Reset',
			'A company reset the secret of its customized app. The new one is fetched and stored.',
			94758,
		),
		row(
			'corp_arch_auth',
			'Suite: Org Structure Permission Granted',
			'A company granted the permission to read its organization structure',
			97378,
		),
		row(
			'approve_special_auth',
			'Suite: Special Permission Confirmed',
			'A company confirmed a special permission; AuthType tells which',
			98959,
		),
		row(
			'cancel_special_auth',
			'Suite: Special Permission Withdrawn',
			'A company withdrew a special permission; AuthType tells which',
			98959,
		),
		row('open_order', 'Order: Placed', 'A company ordered the app; OperatorId is who', 91929),
		row('change_order', 'Order: Price Changed', 'The price of an order changed, and its ID', 91930),
		row('pay_for_app_success', 'Order: Paid', 'A company paid for the app', 91931),
		row('refund', 'Order: Refunded', 'An order of the app was refunded', 91932),
		row('cancel_order', 'Order: Canceled', 'An order of the app was canceled', 99353),
		row(
			'change_editon',
			'Order: Edition Changed',
			'A company now has another edition of the app',
			91933,
		),
		row(
			'customer_acquisition_permit_change',
			'Suite: Acquisition Permission Changed',
			'A company gave or withdrew the permission for customer acquisition links',
			92277,
		),
		row(
			'device_data_auth_change',
			'Suite: Device Data Permission Changed',
			'A company changed the permission to read the data of its devices',
			96103,
		),
		row(
			'auth_data_permission',
			'Suite: Data Permission About to End',
			'Sent 7 days before the permission for data ends. Not verified: one source only.',
			101545,
		),
		row(
			'customer_acquisition/service_balance_low',
			'Acquisition: Service Quota Low',
			'Few paid uses of customer acquisition links are left to a company',
			99485,
		),
		row(
			'customer_acquisition/service_balance_exhausted',
			'Acquisition: Service Quota Used Up',
			'No paid uses of customer acquisition links are left to a company',
			99485,
		),
		row(
			'customer_acquisition/service_balance_consumed',
			'Acquisition: Service Use Consumed',
			'A paid use of a customer acquisition link was consumed; LinkId tells which',
			99485,
		),
		row(
			'customer_acquisition/change_price',
			'Acquisition: Price Changed',
			'The price of a use of customer acquisition links changes at EffectiveTime',
			99485,
		),
		row(
			'change_school_contact_batch',
			'School: Many Contacts Changed',
			'Up to 1,000 changes of school contacts at once; ChangeList has one entry each',
			97281,
			{ repeat: ['ChangeList'] },
		),
		row(
			'chat_archive_audit_approved_single',
			'Archive: Customer Agreed',
			'A customer agreed to the archiving of a single chat',
			99532,
		),
		row(
			'chat_archive_audit_approved_room',
			'Archive: Customer Agreed in a Group',
			'A customer agreed to the archiving of a group chat; ChatId tells which',
			99532,
		),
		row(
			'chat_archive_export_finished',
			'Archive: Export Finished',
			'An export of archived messages ended; JobId tells which',
			97244,
		),
		row(
			'conversation_new_message',
			'Archive: New Conversation Messages',
			'There are new messages for a data zone program; Token gives access to them',
			97085,
		),
		row(
			'hit_keyword',
			'Archive: Keyword Hit',
			'Archived messages hold one of the keywords; Token gives access to them',
			97244,
		),
		{
			on: 'event/change_app_admin',
			name: 'Suite: App Admins Changed',
			description: 'The admins of the app at a company changed. Comes to the data URL.',
			answer: 'E',
			doc: 95038,
		},
	],
};

/** Callbacks to the service provider itself, about licenses and promotion codes. */
export const providerEvents: KindTable = {
	family: 'provider',
	kinds: [
		{
			on: 'event/unlicensed_notify',
			name: 'License: Member Without License',
			description: 'A member without a license used the app. Comes to the data URL.',
			answer: 'E',
			doc: 95716,
		},
		row('license_pay_success', 'License: Paid', 'An order of licenses was paid', 95804),
		row(
			'license_refund',
			'License: Refunded',
			'A refund of licenses ended; OrderStatus 1 is done, 2 is refused',
			95805,
		),
		row(
			'auto_activate',
			'License: Activated Automatically',
			'Licenses were activated automatically; AccountList tells whose',
			95994,
			{ repeat: ['AccountList'] },
		),
		row(
			'register_corp',
			'Promotion: Company Registered',
			'A company registered through a promotion code. Carries a token that works for half an hour.',
			90585,
		),
		row(
			'enter_register_package',
			'Promotion: Code Scanned',
			'Somebody scanned a promotion code',
			98071,
		),
		row(
			'advanced_api_expired',
			'License: Advanced API Ended',
			'The period of an advanced API ended; AdvanceApiType tells which',
			100269,
		),
		row(
			'advanced_api_trial_expired',
			'License: Advanced API Trial Ended',
			'The trial of an advanced API ended; AdvanceApiType tells which',
			100270,
		),
		row(
			'agree_external_userid_migration',
			'Migration: External User IDs Agreed',
			'A company agreed to new external user IDs. Of the migration of older apps.',
			95327,
			{ also: ['event/agree_external_userid_migration'] },
		),
		row('add_device', 'Device: Added', 'A company added a device; DeviceSn tells which', 90751),
		row('del_device', 'Device: Removed', 'A company removed a device; DeviceSn tells which', 90751),
		row('connect_info', 'Device: Connected', 'A device connected at ConnectTime', 90751),
		row(
			'disconnect_info',
			'Device: Disconnected',
			'A device disconnected; Reason tells why',
			90751,
		),
		row(
			'remark_device_name',
			'Device: Renamed',
			'The name of a device changed to RemarkName',
			90751,
		),
		row(
			'device_feature_change',
			'Device: Features Changed',
			'The features of a device changed',
			90751,
		),
		row(
			'error_report',
			'Device: Fault Reported',
			'A device reported a fault; ErrMsg tells which',
			90751,
		),
		row(
			'fetch_log_finish',
			'Device: Log Ready',
			'The log of a device is ready; MediaId is its file',
			90751,
		),
	],
};
