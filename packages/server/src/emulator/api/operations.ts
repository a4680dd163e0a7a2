/**
 * Every operation of the Dropbox Sign API v3: verb, path, credentials, fields and limits. Written by
 * scripts/generate-operations.mjs from the vendor's OpenAPI description (Apache-2.0); not edited by hand.
 */

import type { Operation } from "./operation.js";

export const operations: readonly Operation[] = [
  {
    id: "accountCreate",
    method: "POST",
    path: "/v3/account/create",
    credentials: "token or API key",
    scopes: ["account_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      client_id: {
        type: "string",
      },
      client_secret: {
        type: "string",
      },
      email_address: {
        type: "string",
        required: true,
      },
      locale: {
        type: "string",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "accountGet",
    method: "GET",
    path: "/v3/account",
    credentials: "token or API key",
    scopes: ["account_access", "basic_account_info"],
    contentTypes: [],
    query: {
      account_id: {
        type: "string",
      },
      email_address: {
        type: "string",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "accountUpdate",
    method: "PUT",
    path: "/v3/account",
    credentials: "token or API key",
    scopes: ["account_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      account_id: {
        type: "string",
      },
      callback_url: {
        type: "string",
      },
      locale: {
        type: "string",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 409, 429],
  },
  {
    id: "accountVerify",
    method: "POST",
    path: "/v3/account/verify",
    credentials: "token or API key",
    scopes: ["account_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      email_address: {
        type: "string",
        required: true,
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "apiAppCreate",
    method: "POST",
    path: "/v3/api_app",
    credentials: "token or API key",
    scopes: ["api_app_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      callback_url: {
        type: "string",
      },
      custom_logo_file: {
        type: "file",
      },
      domains: {
        type: "array",
        maxItems: 10,
        required: true,
      },
      name: {
        type: "string",
        required: true,
      },
      oauth: {
        type: "object",
      },
      options: {
        type: "object",
      },
      white_labeling_options: {
        type: "object",
      },
    },
    success: 201,
    statuses: [201, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "apiAppGet",
    method: "GET",
    path: "/v3/api_app/:client_id",
    credentials: "token or API key",
    scopes: ["api_app_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "apiAppUpdate",
    method: "PUT",
    path: "/v3/api_app/:client_id",
    credentials: "token or API key",
    scopes: ["api_app_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      callback_url: {
        type: "string",
      },
      custom_logo_file: {
        type: "file",
      },
      domains: {
        type: "array",
        maxItems: 10,
      },
      name: {
        type: "string",
      },
      oauth: {
        type: "object",
      },
      options: {
        type: "object",
      },
      white_labeling_options: {
        type: "object",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 409, 429],
  },
  {
    id: "apiAppDelete",
    method: "DELETE",
    path: "/v3/api_app/:client_id",
    credentials: "token or API key",
    scopes: ["api_app_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 204,
    statuses: [204, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "apiAppList",
    method: "GET",
    path: "/v3/api_app/list",
    credentials: "token or API key",
    scopes: ["api_app_access"],
    contentTypes: [],
    query: {
      page: {
        type: "integer",
      },
      page_size: {
        type: "integer",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "bulkSendJobGet",
    method: "GET",
    path: "/v3/bulk_send_job/:bulk_send_job_id",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: [],
    query: {
      page: {
        type: "integer",
      },
      page_size: {
        type: "integer",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "bulkSendJobList",
    method: "GET",
    path: "/v3/bulk_send_job/list",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: [],
    query: {
      page: {
        type: "integer",
      },
      page_size: {
        type: "integer",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "embeddedEditUrl",
    method: "POST",
    path: "/v3/embedded/edit_url/:template_id",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      allow_edit_ccs: {
        type: "boolean",
      },
      cc_roles: {
        type: "array",
      },
      editor_options: {
        type: "object",
      },
      force_signer_roles: {
        type: "boolean",
      },
      force_subject_message: {
        type: "boolean",
      },
      merge_fields: {
        type: "array",
      },
      preview_only: {
        type: "boolean",
      },
      show_preview: {
        type: "boolean",
      },
      show_progress_stepper: {
        type: "boolean",
      },
      test_mode: {
        type: "boolean",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "embeddedSignUrl",
    method: "GET",
    path: "/v3/embedded/sign_url/:signature_id",
    credentials: "token or API key",
    scopes: ["signature_request_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "faxGet",
    method: "GET",
    path: "/v3/fax/:fax_id",
    credentials: "API key",
    scopes: [],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "faxDelete",
    method: "DELETE",
    path: "/v3/fax/:fax_id",
    credentials: "API key",
    scopes: [],
    contentTypes: [],
    query: {},
    body: {},
    success: 204,
    statuses: [204, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "faxFiles",
    method: "GET",
    path: "/v3/fax/files/:fax_id",
    credentials: "API key",
    scopes: [],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 410, 429],
  },
  {
    id: "faxLineAddUser",
    method: "PUT",
    path: "/v3/fax_line/add_user",
    credentials: "API key",
    scopes: [],
    contentTypes: ["application/json"],
    query: {},
    body: {
      number: {
        type: "string",
        required: true,
      },
      account_id: {
        type: "string",
      },
      email_address: {
        type: "string",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "faxLineAreaCodeGet",
    method: "GET",
    path: "/v3/fax_line/area_codes",
    credentials: "API key",
    scopes: [],
    contentTypes: [],
    query: {
      country: {
        type: "string",
        values: ["CA", "US", "UK"],
        required: true,
      },
      state: {
        type: "string",
        values: [
          "AK",
          "AL",
          "AR",
          "AZ",
          "CA",
          "CO",
          "CT",
          "DC",
          "DE",
          "FL",
          "GA",
          "HI",
          "IA",
          "ID",
          "IL",
          "IN",
          "KS",
          "KY",
          "LA",
          "MA",
          "MD",
          "ME",
          "MI",
          "MN",
          "MO",
          "MS",
          "MT",
          "NC",
          "ND",
          "NE",
          "NH",
          "NJ",
          "NM",
          "NV",
          "NY",
          "OH",
          "OK",
          "OR",
          "PA",
          "RI",
          "SC",
          "SD",
          "TN",
          "TX",
          "UT",
          "VA",
          "VT",
          "WA",
          "WI",
          "WV",
          "WY",
        ],
      },
      province: {
        type: "string",
        values: ["AB", "BC", "MB", "NB", "NL", "NT", "NS", "NU", "ON", "PE", "QC", "SK", "YT"],
      },
      city: {
        type: "string",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "faxLineCreate",
    method: "POST",
    path: "/v3/fax_line/create",
    credentials: "API key",
    scopes: [],
    contentTypes: ["application/json"],
    query: {},
    body: {
      area_code: {
        type: "integer",
        required: true,
      },
      country: {
        type: "string",
        values: ["CA", "US", "UK"],
        required: true,
      },
      city: {
        type: "string",
      },
      account_id: {
        type: "string",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "faxLineGet",
    method: "GET",
    path: "/v3/fax_line",
    credentials: "API key",
    scopes: [],
    contentTypes: [],
    query: {
      number: {
        type: "string",
        required: true,
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "faxLineDelete",
    method: "DELETE",
    path: "/v3/fax_line",
    credentials: "API key",
    scopes: [],
    contentTypes: ["application/json"],
    query: {},
    body: {
      number: {
        type: "string",
        required: true,
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "faxLineList",
    method: "GET",
    path: "/v3/fax_line/list",
    credentials: "API key",
    scopes: [],
    contentTypes: [],
    query: {
      account_id: {
        type: "string",
      },
      page: {
        type: "integer",
      },
      page_size: {
        type: "integer",
      },
      show_team_lines: {
        type: "boolean",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "faxLineRemoveUser",
    method: "PUT",
    path: "/v3/fax_line/remove_user",
    credentials: "API key",
    scopes: [],
    contentTypes: ["application/json"],
    query: {},
    body: {
      number: {
        type: "string",
        required: true,
      },
      account_id: {
        type: "string",
      },
      email_address: {
        type: "string",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "faxList",
    method: "GET",
    path: "/v3/fax/list",
    credentials: "API key",
    scopes: [],
    contentTypes: [],
    query: {
      page: {
        type: "integer",
        minimum: 1,
      },
      page_size: {
        type: "integer",
        maximum: 100,
        minimum: 1,
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "faxSend",
    method: "POST",
    path: "/v3/fax/send",
    credentials: "API key",
    scopes: [],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      recipient: {
        type: "string",
        required: true,
      },
      sender: {
        type: "string",
      },
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      test_mode: {
        type: "boolean",
      },
      cover_page_to: {
        type: "string",
      },
      cover_page_from: {
        type: "string",
      },
      cover_page_message: {
        type: "string",
      },
      title: {
        type: "string",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "oauthTokenGenerate",
    method: "POST",
    path: "/v3/oauth/token",
    credentials: "none",
    scopes: [],
    contentTypes: ["application/json"],
    query: {},
    body: {
      client_id: {
        type: "string",
        required: true,
      },
      client_secret: {
        type: "string",
        required: true,
      },
      code: {
        type: "string",
        required: true,
      },
      grant_type: {
        type: "string",
        required: true,
      },
      state: {
        type: "string",
        required: true,
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "oauthTokenRefresh",
    method: "POST",
    path: "/v3/oauth/token?refresh",
    credentials: "none",
    scopes: [],
    contentTypes: ["application/json"],
    query: {},
    body: {
      grant_type: {
        type: "string",
        required: true,
      },
      refresh_token: {
        type: "string",
        required: true,
      },
      client_id: {
        type: "string",
      },
      client_secret: {
        type: "string",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "reportCreate",
    method: "POST",
    path: "/v3/report/create",
    credentials: "API key",
    scopes: [],
    contentTypes: ["application/json"],
    query: {},
    body: {
      end_date: {
        type: "string",
        required: true,
      },
      report_type: {
        type: "array",
        maxItems: 2,
        required: true,
      },
      start_date: {
        type: "string",
        required: true,
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "signatureRequestBulkCreateEmbeddedWithTemplate",
    method: "POST",
    path: "/v3/signature_request/bulk_create_embedded_with_template",
    credentials: "API key",
    scopes: [],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      template_ids: {
        type: "array",
        required: true,
      },
      signer_file: {
        type: "file",
      },
      signer_list: {
        type: "array",
      },
      allow_decline: {
        type: "boolean",
      },
      ccs: {
        type: "array",
      },
      client_id: {
        type: "string",
        required: true,
      },
      custom_fields: {
        type: "array",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      signing_redirect_url: {
        type: "string",
      },
      subject: {
        type: "string",
        maxLength: 255,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
        maxLength: 255,
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "signatureRequestBulkSendWithTemplate",
    method: "POST",
    path: "/v3/signature_request/bulk_send_with_template",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      template_ids: {
        type: "array",
        required: true,
      },
      signer_file: {
        type: "file",
      },
      signer_list: {
        type: "array",
      },
      allow_decline: {
        type: "boolean",
      },
      ccs: {
        type: "array",
      },
      client_id: {
        type: "string",
      },
      custom_fields: {
        type: "array",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      signing_redirect_url: {
        type: "string",
      },
      subject: {
        type: "string",
        maxLength: 255,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
        maxLength: 255,
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "signatureRequestCancel",
    method: "POST",
    path: "/v3/signature_request/cancel/:signature_request_id",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 410, 429],
  },
  {
    id: "signatureRequestCreateEmbedded",
    method: "POST",
    path: "/v3/signature_request/create_embedded",
    credentials: "token or API key",
    scopes: ["signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      signers: {
        type: "array",
      },
      grouped_signers: {
        type: "array",
      },
      allow_decline: {
        type: "boolean",
      },
      allow_reassign: {
        type: "boolean",
      },
      attachments: {
        type: "array",
      },
      cc_email_addresses: {
        type: "array",
      },
      client_id: {
        type: "string",
        required: true,
      },
      custom_fields: {
        type: "array",
      },
      field_options: {
        type: "object",
      },
      form_field_groups: {
        type: "array",
      },
      form_field_rules: {
        type: "array",
      },
      form_fields_per_document: {
        type: "array",
      },
      hide_text_tags: {
        type: "boolean",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      signing_options: {
        type: "object",
      },
      subject: {
        type: "string",
        maxLength: 255,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
        maxLength: 255,
      },
      use_text_tags: {
        type: "boolean",
      },
      populate_auto_fill_fields: {
        type: "boolean",
      },
      expires_at: {
        type: "integer",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 409, 429],
  },
  {
    id: "signatureRequestCreateEmbeddedWithTemplate",
    method: "POST",
    path: "/v3/signature_request/create_embedded_with_template",
    credentials: "token or API key",
    scopes: ["signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      template_ids: {
        type: "array",
        required: true,
      },
      allow_decline: {
        type: "boolean",
      },
      ccs: {
        type: "array",
      },
      client_id: {
        type: "string",
        required: true,
      },
      custom_fields: {
        type: "array",
      },
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      signers: {
        type: "array",
        required: true,
      },
      signing_options: {
        type: "object",
      },
      subject: {
        type: "string",
        maxLength: 255,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
        maxLength: 255,
      },
      populate_auto_fill_fields: {
        type: "boolean",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 409, 429],
  },
  {
    id: "signatureRequestEdit",
    method: "PUT",
    path: "/v3/signature_request/edit/:signature_request_id",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      signers: {
        type: "array",
      },
      grouped_signers: {
        type: "array",
      },
      allow_decline: {
        type: "boolean",
      },
      allow_reassign: {
        type: "boolean",
      },
      attachments: {
        type: "array",
      },
      cc_email_addresses: {
        type: "array",
      },
      client_id: {
        type: "string",
      },
      custom_fields: {
        type: "array",
      },
      field_options: {
        type: "object",
      },
      form_field_groups: {
        type: "array",
      },
      form_field_rules: {
        type: "array",
      },
      form_fields_per_document: {
        type: "array",
      },
      hide_text_tags: {
        type: "boolean",
      },
      is_eid: {
        type: "boolean",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      signing_options: {
        type: "object",
      },
      signing_redirect_url: {
        type: "string",
      },
      subject: {
        type: "string",
        maxLength: 255,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
        maxLength: 255,
      },
      use_text_tags: {
        type: "boolean",
      },
      expires_at: {
        type: "integer",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "signatureRequestEditEmbedded",
    method: "PUT",
    path: "/v3/signature_request/edit_embedded/:signature_request_id",
    credentials: "token or API key",
    scopes: ["signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      signers: {
        type: "array",
      },
      grouped_signers: {
        type: "array",
      },
      allow_decline: {
        type: "boolean",
      },
      allow_reassign: {
        type: "boolean",
      },
      attachments: {
        type: "array",
      },
      cc_email_addresses: {
        type: "array",
      },
      client_id: {
        type: "string",
        required: true,
      },
      custom_fields: {
        type: "array",
      },
      field_options: {
        type: "object",
      },
      form_field_groups: {
        type: "array",
      },
      form_field_rules: {
        type: "array",
      },
      form_fields_per_document: {
        type: "array",
      },
      hide_text_tags: {
        type: "boolean",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      signing_options: {
        type: "object",
      },
      subject: {
        type: "string",
        maxLength: 255,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
        maxLength: 255,
      },
      use_text_tags: {
        type: "boolean",
      },
      populate_auto_fill_fields: {
        type: "boolean",
      },
      expires_at: {
        type: "integer",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "signatureRequestEditEmbeddedWithTemplate",
    method: "PUT",
    path: "/v3/signature_request/edit_embedded_with_template/:signature_request_id",
    credentials: "token or API key",
    scopes: ["signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      template_ids: {
        type: "array",
        required: true,
      },
      allow_decline: {
        type: "boolean",
      },
      ccs: {
        type: "array",
      },
      client_id: {
        type: "string",
        required: true,
      },
      custom_fields: {
        type: "array",
      },
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      signers: {
        type: "array",
        required: true,
      },
      signing_options: {
        type: "object",
      },
      subject: {
        type: "string",
        maxLength: 255,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
        maxLength: 255,
      },
      populate_auto_fill_fields: {
        type: "boolean",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "signatureRequestEditWithTemplate",
    method: "PUT",
    path: "/v3/signature_request/edit_with_template/:signature_request_id",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      template_ids: {
        type: "array",
        required: true,
      },
      allow_decline: {
        type: "boolean",
      },
      ccs: {
        type: "array",
      },
      client_id: {
        type: "string",
      },
      custom_fields: {
        type: "array",
      },
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      is_eid: {
        type: "boolean",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      signers: {
        type: "array",
        required: true,
      },
      signing_options: {
        type: "object",
      },
      signing_redirect_url: {
        type: "string",
      },
      subject: {
        type: "string",
        maxLength: 255,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
        maxLength: 255,
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "signatureRequestFiles",
    method: "GET",
    path: "/v3/signature_request/files/:signature_request_id",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: [],
    query: {
      file_type: {
        type: "string",
        values: ["pdf", "zip"],
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 410, 429],
  },
  {
    id: "signatureRequestFilesAsDataUri",
    method: "GET",
    path: "/v3/signature_request/files_as_data_uri/:signature_request_id",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 410, 429],
  },
  {
    id: "signatureRequestFilesAsFileUrl",
    method: "GET",
    path: "/v3/signature_request/files_as_file_url/:signature_request_id",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: [],
    query: {
      force_download: {
        type: "integer",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 410, 429],
  },
  {
    id: "signatureRequestGet",
    method: "GET",
    path: "/v3/signature_request/:signature_request_id",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 410, 429],
  },
  {
    id: "signatureRequestList",
    method: "GET",
    path: "/v3/signature_request/list",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: [],
    query: {
      account_id: {
        type: "string",
      },
      page: {
        type: "integer",
      },
      page_size: {
        type: "integer",
      },
      query: {
        type: "string",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 409, 429],
  },
  {
    id: "signatureRequestReleaseHold",
    method: "POST",
    path: "/v3/signature_request/release_hold/:signature_request_id",
    credentials: "token or API key",
    scopes: ["signature_request_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "signatureRequestRemind",
    method: "POST",
    path: "/v3/signature_request/remind/:signature_request_id",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      email_address: {
        type: "string",
        required: true,
      },
      name: {
        type: "string",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 410, 429],
  },
  {
    id: "signatureRequestRemove",
    method: "POST",
    path: "/v3/signature_request/remove/:signature_request_id",
    credentials: "API key",
    scopes: [],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 410, 429],
  },
  {
    id: "signatureRequestSend",
    method: "POST",
    path: "/v3/signature_request/send",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      signers: {
        type: "array",
      },
      grouped_signers: {
        type: "array",
      },
      allow_decline: {
        type: "boolean",
      },
      allow_reassign: {
        type: "boolean",
      },
      attachments: {
        type: "array",
      },
      cc_email_addresses: {
        type: "array",
      },
      client_id: {
        type: "string",
      },
      custom_fields: {
        type: "array",
      },
      field_options: {
        type: "object",
      },
      form_field_groups: {
        type: "array",
      },
      form_field_rules: {
        type: "array",
      },
      form_fields_per_document: {
        type: "array",
      },
      hide_text_tags: {
        type: "boolean",
      },
      is_eid: {
        type: "boolean",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      signing_options: {
        type: "object",
      },
      signing_redirect_url: {
        type: "string",
      },
      subject: {
        type: "string",
        maxLength: 255,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
        maxLength: 255,
      },
      use_text_tags: {
        type: "boolean",
      },
      expires_at: {
        type: "integer",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 409, 429],
  },
  {
    id: "signatureRequestSendWithTemplate",
    method: "POST",
    path: "/v3/signature_request/send_with_template",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      template_ids: {
        type: "array",
        required: true,
      },
      allow_decline: {
        type: "boolean",
      },
      ccs: {
        type: "array",
      },
      client_id: {
        type: "string",
      },
      custom_fields: {
        type: "array",
      },
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      is_eid: {
        type: "boolean",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      signers: {
        type: "array",
        required: true,
      },
      signing_options: {
        type: "object",
      },
      signing_redirect_url: {
        type: "string",
      },
      subject: {
        type: "string",
        maxLength: 255,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
        maxLength: 255,
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "signatureRequestUpdate",
    method: "POST",
    path: "/v3/signature_request/update/:signature_request_id",
    credentials: "token or API key",
    scopes: ["signature_request_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      email_address: {
        type: "string",
      },
      name: {
        type: "string",
      },
      signature_id: {
        type: "string",
        required: true,
      },
      expires_at: {
        type: "integer",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "teamAddMember",
    method: "PUT",
    path: "/v3/team/add_member",
    credentials: "token or API key",
    scopes: ["team_access"],
    contentTypes: ["application/json"],
    query: {
      team_id: {
        type: "string",
      },
    },
    body: {
      account_id: {
        type: "string",
      },
      email_address: {
        type: "string",
      },
      role: {
        type: "string",
        values: ["Member", "Developer", "Team Manager", "Admin"],
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "teamCreate",
    method: "POST",
    path: "/v3/team/create",
    credentials: "token or API key",
    scopes: ["team_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      name: {
        type: "string",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "teamDelete",
    method: "DELETE",
    path: "/v3/team/destroy",
    credentials: "token or API key",
    scopes: ["team_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "teamGet",
    method: "GET",
    path: "/v3/team",
    credentials: "token or API key",
    scopes: ["team_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "teamUpdate",
    method: "PUT",
    path: "/v3/team",
    credentials: "token or API key",
    scopes: ["team_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      name: {
        type: "string",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "teamInfo",
    method: "GET",
    path: "/v3/team/info",
    credentials: "token or API key",
    scopes: ["team_access"],
    contentTypes: [],
    query: {
      team_id: {
        type: "string",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 409, 429],
  },
  {
    id: "teamInvites",
    method: "GET",
    path: "/v3/team/invites",
    credentials: "token or API key",
    scopes: ["account_access", "basic_account_info"],
    contentTypes: [],
    query: {
      email_address: {
        type: "string",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "teamMembers",
    method: "GET",
    path: "/v3/team/members/:team_id",
    credentials: "token or API key",
    scopes: ["team_access"],
    contentTypes: [],
    query: {
      page: {
        type: "integer",
      },
      page_size: {
        type: "integer",
        maximum: 100,
        minimum: 1,
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 409, 429],
  },
  {
    id: "teamRemoveMember",
    method: "POST",
    path: "/v3/team/remove_member",
    credentials: "token or API key",
    scopes: ["team_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      account_id: {
        type: "string",
      },
      email_address: {
        type: "string",
      },
      new_owner_email_address: {
        type: "string",
      },
      new_team_id: {
        type: "string",
      },
      new_role: {
        type: "string",
        values: ["Member", "Developer", "Team Manager", "Admin"],
      },
    },
    success: 201,
    statuses: [201, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "teamSubTeams",
    method: "GET",
    path: "/v3/team/sub_teams/:team_id",
    credentials: "token or API key",
    scopes: ["team_access"],
    contentTypes: [],
    query: {
      page: {
        type: "integer",
      },
      page_size: {
        type: "integer",
        maximum: 100,
        minimum: 1,
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 409, 429],
  },
  {
    id: "templateAddUser",
    method: "POST",
    path: "/v3/template/add_user/:template_id",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      account_id: {
        type: "string",
      },
      email_address: {
        type: "string",
      },
      skip_notification: {
        type: "boolean",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "templateCreate",
    method: "POST",
    path: "/v3/template/create",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      allow_reassign: {
        type: "boolean",
      },
      attachments: {
        type: "array",
      },
      cc_roles: {
        type: "array",
      },
      client_id: {
        type: "string",
      },
      field_options: {
        type: "object",
      },
      form_field_groups: {
        type: "array",
      },
      form_field_rules: {
        type: "array",
      },
      form_fields_per_document: {
        type: "array",
        required: true,
      },
      merge_fields: {
        type: "array",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      signer_roles: {
        type: "array",
        required: true,
      },
      subject: {
        type: "string",
        maxLength: 200,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
      },
      use_preexisting_fields: {
        type: "boolean",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "templateCreateEmbeddedDraft",
    method: "POST",
    path: "/v3/template/create_embedded_draft",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      allow_ccs: {
        type: "boolean",
      },
      allow_reassign: {
        type: "boolean",
      },
      attachments: {
        type: "array",
      },
      cc_roles: {
        type: "array",
      },
      client_id: {
        type: "string",
        required: true,
      },
      editor_options: {
        type: "object",
      },
      field_options: {
        type: "object",
      },
      force_signer_roles: {
        type: "boolean",
      },
      force_subject_message: {
        type: "boolean",
      },
      form_field_groups: {
        type: "array",
      },
      form_field_rules: {
        type: "array",
      },
      form_fields_per_document: {
        type: "array",
      },
      merge_fields: {
        type: "array",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      show_preview: {
        type: "boolean",
      },
      show_progress_stepper: {
        type: "boolean",
      },
      signer_roles: {
        type: "array",
      },
      skip_me_now: {
        type: "boolean",
      },
      subject: {
        type: "string",
        maxLength: 200,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
      },
      use_preexisting_fields: {
        type: "boolean",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "templateDelete",
    method: "POST",
    path: "/v3/template/delete/:template_id",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "templateFiles",
    method: "GET",
    path: "/v3/template/files/:template_id",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: [],
    query: {
      file_type: {
        type: "string",
        values: ["pdf", "zip"],
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 422, 429],
  },
  {
    id: "templateFilesAsDataUri",
    method: "GET",
    path: "/v3/template/files_as_data_uri/:template_id",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 422, 429],
  },
  {
    id: "templateFilesAsFileUrl",
    method: "GET",
    path: "/v3/template/files_as_file_url/:template_id",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: [],
    query: {
      force_download: {
        type: "integer",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 422, 429],
  },
  {
    id: "templateGet",
    method: "GET",
    path: "/v3/template/:template_id",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: [],
    query: {},
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "templateList",
    method: "GET",
    path: "/v3/template/list",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: [],
    query: {
      account_id: {
        type: "string",
      },
      page: {
        type: "integer",
      },
      page_size: {
        type: "integer",
        maximum: 100,
        minimum: 1,
      },
      query: {
        type: "string",
      },
    },
    body: {},
    success: 200,
    statuses: [200, 400, 401, 402, 403, 409, 429],
  },
  {
    id: "templateRemoveUser",
    method: "POST",
    path: "/v3/template/remove_user/:template_id",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      account_id: {
        type: "string",
      },
      email_address: {
        type: "string",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 429],
  },
  {
    id: "templateUpdateFiles",
    method: "POST",
    path: "/v3/template/update_files/:template_id",
    credentials: "token or API key",
    scopes: ["template_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      client_id: {
        type: "string",
      },
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      subject: {
        type: "string",
        maxLength: 100,
      },
      test_mode: {
        type: "boolean",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "unclaimedDraftCreate",
    method: "POST",
    path: "/v3/unclaimed_draft/create",
    credentials: "token or API key",
    scopes: ["signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      allow_decline: {
        type: "boolean",
      },
      attachments: {
        type: "array",
      },
      cc_email_addresses: {
        type: "array",
      },
      client_id: {
        type: "string",
      },
      custom_fields: {
        type: "array",
      },
      field_options: {
        type: "object",
      },
      form_field_groups: {
        type: "array",
      },
      form_field_rules: {
        type: "array",
      },
      form_fields_per_document: {
        type: "array",
      },
      hide_text_tags: {
        type: "boolean",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      show_progress_stepper: {
        type: "boolean",
      },
      signers: {
        type: "array",
      },
      signing_options: {
        type: "object",
      },
      signing_redirect_url: {
        type: "string",
      },
      subject: {
        type: "string",
        maxLength: 200,
      },
      test_mode: {
        type: "boolean",
      },
      type: {
        type: "string",
        values: ["send_document", "request_signature"],
        required: true,
      },
      use_preexisting_fields: {
        type: "boolean",
      },
      use_text_tags: {
        type: "boolean",
      },
      expires_at: {
        type: "integer",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 429],
  },
  {
    id: "unclaimedDraftCreateEmbedded",
    method: "POST",
    path: "/v3/unclaimed_draft/create_embedded",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      allow_ccs: {
        type: "boolean",
      },
      allow_decline: {
        type: "boolean",
      },
      allow_reassign: {
        type: "boolean",
      },
      attachments: {
        type: "array",
      },
      cc_email_addresses: {
        type: "array",
      },
      client_id: {
        type: "string",
        required: true,
      },
      custom_fields: {
        type: "array",
      },
      editor_options: {
        type: "object",
      },
      field_options: {
        type: "object",
      },
      force_signer_page: {
        type: "boolean",
      },
      force_subject_message: {
        type: "boolean",
      },
      form_field_groups: {
        type: "array",
      },
      form_field_rules: {
        type: "array",
      },
      form_fields_per_document: {
        type: "array",
      },
      hide_text_tags: {
        type: "boolean",
      },
      hold_request: {
        type: "boolean",
      },
      is_for_embedded_signing: {
        type: "boolean",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      requester_email_address: {
        type: "string",
        required: true,
      },
      requesting_redirect_url: {
        type: "string",
      },
      show_preview: {
        type: "boolean",
      },
      show_progress_stepper: {
        type: "boolean",
      },
      signers: {
        type: "array",
      },
      signing_options: {
        type: "object",
      },
      signing_redirect_url: {
        type: "string",
      },
      skip_me_now: {
        type: "boolean",
      },
      subject: {
        type: "string",
        maxLength: 200,
      },
      test_mode: {
        type: "boolean",
      },
      type: {
        type: "string",
        values: ["send_document", "request_signature"],
      },
      use_preexisting_fields: {
        type: "boolean",
      },
      use_text_tags: {
        type: "boolean",
      },
      populate_auto_fill_fields: {
        type: "boolean",
      },
      expires_at: {
        type: "integer",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "unclaimedDraftCreateEmbeddedWithTemplate",
    method: "POST",
    path: "/v3/unclaimed_draft/create_embedded_with_template",
    credentials: "token or API key",
    scopes: ["signature_request_access"],
    contentTypes: ["application/json", "multipart/form-data"],
    query: {},
    body: {
      allow_decline: {
        type: "boolean",
      },
      allow_reassign: {
        type: "boolean",
      },
      ccs: {
        type: "array",
      },
      client_id: {
        type: "string",
        required: true,
      },
      custom_fields: {
        type: "array",
      },
      editor_options: {
        type: "object",
      },
      field_options: {
        type: "object",
      },
      files: {
        type: "array",
      },
      file_urls: {
        type: "array",
      },
      force_signer_roles: {
        type: "boolean",
      },
      force_subject_message: {
        type: "boolean",
      },
      hold_request: {
        type: "boolean",
      },
      is_for_embedded_signing: {
        type: "boolean",
      },
      message: {
        type: "string",
        maxLength: 5000,
      },
      metadata: {
        type: "object",
        maxItems: 10,
      },
      preview_only: {
        type: "boolean",
      },
      requester_email_address: {
        type: "string",
        required: true,
      },
      requesting_redirect_url: {
        type: "string",
      },
      show_preview: {
        type: "boolean",
      },
      show_progress_stepper: {
        type: "boolean",
      },
      signers: {
        type: "array",
      },
      signing_options: {
        type: "object",
      },
      signing_redirect_url: {
        type: "string",
      },
      skip_me_now: {
        type: "boolean",
      },
      subject: {
        type: "string",
        maxLength: 255,
      },
      template_ids: {
        type: "array",
        required: true,
      },
      test_mode: {
        type: "boolean",
      },
      title: {
        type: "string",
        maxLength: 255,
      },
      populate_auto_fill_fields: {
        type: "boolean",
      },
      allow_ccs: {
        type: "boolean",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 429],
  },
  {
    id: "unclaimedDraftEditAndResend",
    method: "POST",
    path: "/v3/unclaimed_draft/edit_and_resend/:signature_request_id",
    credentials: "token or API key",
    scopes: ["request_signature", "signature_request_access"],
    contentTypes: ["application/json"],
    query: {},
    body: {
      client_id: {
        type: "string",
        required: true,
      },
      editor_options: {
        type: "object",
      },
      is_for_embedded_signing: {
        type: "boolean",
      },
      requester_email_address: {
        type: "string",
      },
      requesting_redirect_url: {
        type: "string",
      },
      show_progress_stepper: {
        type: "boolean",
      },
      signing_redirect_url: {
        type: "string",
      },
      test_mode: {
        type: "boolean",
      },
    },
    success: 200,
    statuses: [200, 400, 401, 402, 403, 404, 409, 410, 429],
  },
];
