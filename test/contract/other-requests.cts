/**
 * Requests to test an operation with instead of the documented sample, by `<resource>.<operation>`: where the sample on WeCom's page
 * contradicts the table beside it, or shows another use of the endpoint. Say which.
 */
import type { IDataObject } from 'n8n-workflow';

export const OTHER_REQUESTS: Record<string, IDataObject> = {
	// No request is documented.
	'document.updateContent': {
		docid: 'DOCID',
		requests: [{ insert_text: { text: 'Hello', location: { index: 0 } } }],
	},
	'document.updateSpreadsheet': {
		docid: 'DOCID',
		requests: [{ add_sheet_request: { title: 'New', row_count: 10, column_count: 10 } }],
	},
	'driveFile.removeMembers': { fileid: 'FILEID', auth_info: [{ type: 1, userid: 'zhangsan', departmentid: 1 }] },
	'smartSheet.addFields': {
		docid: 'DOCID',
		sheet_id: '123Abc',
		fields: [{ field_title: 'Amount', field_type: 'FIELD_TYPE_TEXT' }],
	},
};
