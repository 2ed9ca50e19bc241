// Generated from the schema by `npm run generate`.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "chat": {
    Tables: {
      "blocks": {
        Row: {
          "blocked_id": string;
          "blocker_id": string;
          "created_at": string;
        };
        ComputedFields: never;
        Insert: {
          "blocked_id": string;
          "blocker_id": string;
          "created_at"?: string;
        };
        Update: {
          "blocked_id"?: string;
          "blocker_id"?: string;
          "created_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "blocks_blocked_id_fkey";
            columns: ["blocked_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "blocks_blocker_id_fkey";
            columns: ["blocker_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      "changes": {
        Row: {
          "conversation_id": string;
          "seq": number;
          "version": number;
        };
        ComputedFields: never;
        Insert: {
          "conversation_id": string;
          "seq": number;
          "version": number;
        };
        Update: {
          "conversation_id"?: string;
          "seq"?: number;
          "version"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "changes_conversation_id_fkey";
            columns: ["conversation_id"];
            isOneToOne: false;
            referencedRelation: "conversations";
            referencedColumns: ["id"];
          },
        ];
      };
      "conversations": {
        Row: {
          "created_at": string;
          "epoch": number;
          "high_id": string | null;
          "id": string;
          "kind": string;
          "last_message_at": string;
          "last_seq": number;
          "low_id": string | null;
          "version": number;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "epoch"?: number;
          "high_id"?: string | null;
          "id"?: string;
          "kind": string;
          "last_message_at"?: string;
          "last_seq"?: number;
          "low_id"?: string | null;
          "version"?: number;
        };
        Update: {
          "created_at"?: string;
          "epoch"?: number;
          "high_id"?: string | null;
          "id"?: string;
          "kind"?: string;
          "last_message_at"?: string;
          "last_seq"?: number;
          "low_id"?: string | null;
          "version"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "conversations_high_id_fkey";
            columns: ["high_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "conversations_low_id_fkey";
            columns: ["low_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      "forwarded_messages": {
        Row: {
          "conversation_id": string;
          "position": number;
          "seq": number;
          "source_conversation_id": string;
          "source_seq": number;
        };
        ComputedFields: never;
        Insert: {
          "conversation_id": string;
          "position": number;
          "seq": number;
          "source_conversation_id": string;
          "source_seq": number;
        };
        Update: {
          "conversation_id"?: string;
          "position"?: number;
          "seq"?: number;
          "source_conversation_id"?: string;
          "source_seq"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "forwarded_messages_are_in_a_record";
            columns: ["conversation_id", "seq"];
            isOneToOne: false;
            referencedRelation: "messages";
            referencedColumns: ["conversation_id", "seq"];
          },
          {
            foreignKeyName: "forwarded_messages_come_from_somewhere";
            columns: ["source_conversation_id", "source_seq"];
            isOneToOne: false;
            referencedRelation: "messages";
            referencedColumns: ["conversation_id", "seq"];
          },
        ];
      };
      "friend_requests": {
        Row: {
          "answered_at": string | null;
          "created_at": string;
          "from_id": string;
          "id": string;
          "ignored_at": string | null;
          "note": string;
          "status": string;
          "to_id": string;
        };
        ComputedFields: never;
        Insert: {
          "answered_at"?: string | null;
          "created_at"?: string;
          "from_id": string;
          "id": string;
          "ignored_at"?: string | null;
          "note"?: string;
          "status"?: string;
          "to_id": string;
        };
        Update: {
          "answered_at"?: string | null;
          "created_at"?: string;
          "from_id"?: string;
          "id"?: string;
          "ignored_at"?: string | null;
          "note"?: string;
          "status"?: string;
          "to_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "friend_requests_from_id_fkey";
            columns: ["from_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "friend_requests_to_id_fkey";
            columns: ["to_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      "friendships": {
        Row: {
          "created_at": string;
          "friend_id": string;
          "remark": string | null;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "friend_id": string;
          "remark"?: string | null;
          "user_id": string;
        };
        Update: {
          "created_at"?: string;
          "friend_id"?: string;
          "remark"?: string | null;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "friendships_are_mutual";
            columns: ["friend_id", "user_id"];
            isOneToOne: false;
            referencedRelation: "friendships";
            referencedColumns: ["user_id", "friend_id"];
          },
          {
            foreignKeyName: "friendships_friend_id_fkey";
            columns: ["friend_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "friendships_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      "group_requests": {
        Row: {
          "awaits_group": boolean;
          "awaits_person": boolean;
          "conversation_id": string;
          "created_at": string;
          "id": string;
          "inviter_id": string | null;
          "note": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "awaits_group": boolean;
          "awaits_person": boolean;
          "conversation_id": string;
          "created_at"?: string;
          "id": string;
          "inviter_id"?: string | null;
          "note"?: string;
          "user_id": string;
        };
        Update: {
          "awaits_group"?: boolean;
          "awaits_person"?: boolean;
          "conversation_id"?: string;
          "created_at"?: string;
          "id"?: string;
          "inviter_id"?: string | null;
          "note"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "group_requests_conversation_id_fkey";
            columns: ["conversation_id"];
            isOneToOne: false;
            referencedRelation: "groups";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "group_requests_inviter_id_fkey";
            columns: ["inviter_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "group_requests_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      "groups": {
        Row: {
          "announcement": string;
          "avatar_url": string | null;
          "dissolved_at": string | null;
          "hides_history": boolean;
          "id": string;
          "join_code": string;
          "join_mode": string;
          "member_count": number;
          "muted_at": string | null;
          "name": string;
        };
        ComputedFields: never;
        Insert: {
          "announcement"?: string;
          "avatar_url"?: string | null;
          "dissolved_at"?: string | null;
          "hides_history"?: boolean;
          "id": string;
          "join_code": string;
          "join_mode"?: string;
          "member_count"?: number;
          "muted_at"?: string | null;
          "name": string;
        };
        Update: {
          "announcement"?: string;
          "avatar_url"?: string | null;
          "dissolved_at"?: string | null;
          "hides_history"?: boolean;
          "id"?: string;
          "join_code"?: string;
          "join_mode"?: string;
          "member_count"?: number;
          "muted_at"?: string | null;
          "name"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "groups_id_fkey";
            columns: ["id"];
            isOneToOne: true;
            referencedRelation: "conversations";
            referencedColumns: ["id"];
          },
        ];
      };
      "media": {
        Row: {
          "bucket_id": string;
          "checked_at": string | null;
          "class_id": number;
          "cover_id": string | null;
          "cover_of": string | null;
          "cover_time": number | null;
          "created_at": string;
          "duration": number | null;
          "file_name": string | null;
          "height": number | null;
          "id": string;
          "kind": string;
          "mime_type": string;
          "name": string;
          "owner_id": string;
          "size": number;
          "unused_since": string | null;
          "waveform": (number)[] | null;
          "width": number | null;
        };
        ComputedFields: never;
        Insert: {
          "bucket_id": string;
          "checked_at"?: string | null;
          "class_id"?: number;
          "cover_id"?: string | null;
          "cover_of"?: string | null;
          "cover_time"?: number | null;
          "created_at"?: string;
          "duration"?: number | null;
          "file_name"?: string | null;
          "height"?: number | null;
          "id": string;
          "kind": string;
          "mime_type": string;
          "name": string;
          "owner_id": string;
          "size": number;
          "unused_since"?: string | null;
          "waveform"?: (number)[] | null;
          "width"?: number | null;
        };
        Update: {
          "bucket_id"?: string;
          "checked_at"?: string | null;
          "class_id"?: number;
          "cover_id"?: string | null;
          "cover_of"?: string | null;
          "cover_time"?: number | null;
          "created_at"?: string;
          "duration"?: number | null;
          "file_name"?: string | null;
          "height"?: number | null;
          "id"?: string;
          "kind"?: string;
          "mime_type"?: string;
          "name"?: string;
          "owner_id"?: string;
          "size"?: number;
          "unused_since"?: string | null;
          "waveform"?: (number)[] | null;
          "width"?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "media_cover_id_fkey";
            columns: ["cover_id"];
            isOneToOne: false;
            referencedRelation: "media";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "media_cover_of_fkey";
            columns: ["cover_of"];
            isOneToOne: false;
            referencedRelation: "media";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "media_owner_id_fkey";
            columns: ["owner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      "members": {
        Row: {
          "avatar_url": string | null;
          "cleared_seq": number;
          "conversation_id": string;
          "hidden_seq": number | null;
          "history_from_seq": number;
          "joined_at": string;
          "left_at": string | null;
          "muted_at": string | null;
          "nickname": string | null;
          "pinned_at": string | null;
          "read_seq": number;
          "role": string;
          "shown_read_seq": number;
          "silenced_until": string | null;
          "state": number;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "avatar_url"?: string | null;
          "cleared_seq"?: number;
          "conversation_id": string;
          "hidden_seq"?: number | null;
          "history_from_seq"?: number;
          "joined_at"?: string;
          "left_at"?: string | null;
          "muted_at"?: string | null;
          "nickname"?: string | null;
          "pinned_at"?: string | null;
          "read_seq"?: number;
          "role"?: string;
          "shown_read_seq"?: number;
          "silenced_until"?: string | null;
          "state"?: number;
          "user_id": string;
        };
        Update: {
          "avatar_url"?: string | null;
          "cleared_seq"?: number;
          "conversation_id"?: string;
          "hidden_seq"?: number | null;
          "history_from_seq"?: number;
          "joined_at"?: string;
          "left_at"?: string | null;
          "muted_at"?: string | null;
          "nickname"?: string | null;
          "pinned_at"?: string | null;
          "read_seq"?: number;
          "role"?: string;
          "shown_read_seq"?: number;
          "silenced_until"?: string | null;
          "state"?: number;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "members_conversation_id_fkey";
            columns: ["conversation_id"];
            isOneToOne: false;
            referencedRelation: "conversations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "members_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      "messages": {
        Row: {
          "body": Json | null;
          "conversation_id": string;
          "created_at": string;
          "forwarded": boolean;
          "id": string;
          "kind": string;
          "media_id": string | null;
          "mentions": (string)[] | null;
          "reply_to_seq": number | null;
          "revoked_at": string | null;
          "revoked_by": string | null;
          "sender_id": string | null;
          "seq": number;
          "version": number;
        };
        ComputedFields: never;
        Insert: {
          "body"?: Json | null;
          "conversation_id": string;
          "created_at"?: string;
          "forwarded"?: boolean;
          "id": string;
          "kind": string;
          "media_id"?: string | null;
          "mentions"?: (string)[] | null;
          "reply_to_seq"?: number | null;
          "revoked_at"?: string | null;
          "revoked_by"?: string | null;
          "sender_id"?: string | null;
          "seq": number;
          "version"?: number;
        };
        Update: {
          "body"?: Json | null;
          "conversation_id"?: string;
          "created_at"?: string;
          "forwarded"?: boolean;
          "id"?: string;
          "kind"?: string;
          "media_id"?: string | null;
          "mentions"?: (string)[] | null;
          "reply_to_seq"?: number | null;
          "revoked_at"?: string | null;
          "revoked_by"?: string | null;
          "sender_id"?: string | null;
          "seq"?: number;
          "version"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "messages_conversation_id_fkey";
            columns: ["conversation_id"];
            isOneToOne: false;
            referencedRelation: "conversations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "messages_media_id_fkey";
            columns: ["media_id"];
            isOneToOne: false;
            referencedRelation: "media";
            referencedColumns: ["id"];
          },
        ];
      };
      "notices": {
        Row: {
          "actor_id": string;
          "created_at": string;
          "data": NonNullable<Json>;
          "id": string;
          "seq": number;
          "subject_id": string;
          "type": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "actor_id": string;
          "created_at"?: string;
          "data"?: NonNullable<Json>;
          "id"?: string;
          "seq": number;
          "subject_id": string;
          "type": string;
          "user_id": string;
        };
        Update: {
          "actor_id"?: string;
          "created_at"?: string;
          "data"?: NonNullable<Json>;
          "id"?: string;
          "seq"?: number;
          "subject_id"?: string;
          "type"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "notices_actor_id_fkey";
            columns: ["actor_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "notices_subject_id_fkey";
            columns: ["subject_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "notices_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      "profiles": {
        Row: {
          "account_id": string | null;
          "avatar_url": string | null;
          "created_at": string;
          "display_name": string;
          "id": string;
          "is_guest": boolean;
          "nickname": string | null;
          "requires_friend_approval": boolean;
          "requires_group_approval": boolean;
          "status": string;
          "username": string | null;
        };
        ComputedFields: never;
        Insert: {
          "account_id"?: string | null;
          "avatar_url"?: string | null;
          "created_at"?: string;
          "display_name"?: never;
          "id": string;
          "is_guest"?: boolean;
          "nickname"?: string | null;
          "requires_friend_approval"?: boolean;
          "requires_group_approval"?: boolean;
          "status"?: string;
          "username"?: string | null;
        };
        Update: {
          "account_id"?: string | null;
          "avatar_url"?: string | null;
          "created_at"?: string;
          "display_name"?: never;
          "id"?: string;
          "is_guest"?: boolean;
          "nickname"?: string | null;
          "requires_friend_approval"?: boolean;
          "requires_group_approval"?: boolean;
          "status"?: string;
          "username"?: string | null;
        };
        Relationships: [];
      };
    };
    Views: {
      "friends": {
        Row: {
          "avatar": string | null;
          "created_at": string;
          "id": string;
          "name": string;
          "remark": string | null;
          "username": string | null;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "friendships_friend_id_fkey";
            columns: ["id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Functions: {
      "add_avatar": {
        Args: {
          "height": number;
          "mime_type": string;
          "owner_id": string;
          "path": string;
          "size": number;
          "width": number;
        };
        Returns: Json;
      };
      "add_cover": {
        Args: {
          "duration_ms": number;
          "height": number;
          "path": string;
          "size": number;
          "time_ms": number;
          "video_bucket"?: string;
          "video_path"?: string;
          "width": number;
        };
        Returns: Json;
      };
      "answer_friend_request": {
        Args: { "answer": string; "remark"?: string; "request_id": string };
        Returns: undefined;
      };
      "answer_group_invitation": {
        Args: { "answer": string; "request_id": string };
        Returns: Json;
      };
      "answer_join_request": { Args: { "answer": string; "request_id": string }; Returns: Json };
      "block_user": { Args: { "user_id": string }; Returns: undefined };
      "choose_cover": { Args: { "cover_id": string; "media_id": string }; Returns: Json };
      "claim_orphaned_files": { Args: { "page_size"?: number }; Returns: Json };
      "clear_history": { Args: { "conversation_id": string }; Returns: Json };
      "create_group": {
        Args: { "avatar_url"?: string; "name": string; "user_ids"?: (string)[] };
        Returns: Json;
      };
      "delete_media": { Args: { "media_id": string }; Returns: undefined };
      "dissolve_group": { Args: { "conversation_id": string }; Returns: undefined };
      "find_profile": { Args: { "username": string }; Returns: Json };
      "find_video_host": { Args: { "host": string }; Returns: string };
      "forward_messages": {
        Args: { "conversation_ids": (string)[]; "message_ids": (string)[]; "mode"?: string };
        Returns: Json;
      };
      "get_group_link": { Args: { "conversation_id": string }; Returns: Json };
      "get_messages": { Args: { "conversation_id": string; "seqs": (number)[] }; Returns: Json };
      "get_profile": { Args: { "user_id"?: string }; Returns: Json };
      "get_settings": { Args: Record<PropertyKey, never>; Returns: Json };
      "get_upload": { Args: { "bucket": string; "path": string }; Returns: Json };
      "hide_conversation": { Args: { "conversation_id": string }; Returns: Json };
      "invite_to_group": {
        Args: { "conversation_id": string; "user_ids": (string)[] };
        Returns: Json;
      };
      "join_group": { Args: { "join_code": string; "note"?: string }; Returns: Json };
      "leave_group": { Args: { "conversation_id": string }; Returns: undefined };
      "list_conversations": {
        Args: { "after_cursor"?: string; "page_size"?: number };
        Returns: Json;
      };
      "list_friend_requests": {
        Args: { "before_id"?: string; "direction"?: string; "page_size"?: number };
        Returns: Json;
      };
      "list_group_requests": {
        Args: { "before_id"?: string; "page_size"?: number };
        Returns: Json;
      };
      "list_members": {
        Args: { "after_user_id"?: string; "conversation_id": string; "page_size"?: number };
        Returns: Json;
      };
      "list_messages": {
        Args: {
          "after_seq"?: number;
          "before_seq"?: number;
          "conversation_id": string;
          "page_size"?: number;
        };
        Returns: Json;
      };
      "mark_read": { Args: { "conversation_id": string; "seq": number }; Returns: Json };
      "mute_conversation": {
        Args: { "conversation_id": string; "muted"?: boolean };
        Returns: Json;
      };
      "mute_group": { Args: { "conversation_id": string; "muted"?: boolean }; Returns: undefined };
      "mute_member": {
        Args: { "conversation_id": string; "minutes"?: number; "user_id": string };
        Returns: undefined;
      };
      "open_direct": { Args: { "user_id": string }; Returns: Json };
      "open_record": { Args: { "message_id": string }; Returns: Json };
      "pin_conversation": {
        Args: { "conversation_id": string; "pinned"?: boolean };
        Returns: Json;
      };
      "prepare_cover": { Args: { "format": string; "recipe": string }; Returns: Json };
      "prepare_upload": {
        Args: {
          "directory"?: string;
          "file_name"?: string;
          "kind": string;
          "mime_type": string;
          "size": number;
        };
        Returns: Json;
      };
      "preview_group": { Args: { "join_code": string }; Returns: Json };
      "reject_upload": { Args: { "bucket": string; "path": string }; Returns: undefined };
      "remove_friend": { Args: { "user_id": string }; Returns: undefined };
      "remove_member": {
        Args: { "conversation_id": string; "user_id": string };
        Returns: undefined;
      };
      "request_friend": { Args: { "note"?: string; "user_id": string }; Returns: Json };
      "reset_group_link": { Args: { "conversation_id": string }; Returns: Json };
      "revoke_message": { Args: { "message_id": string }; Returns: Json };
      "send_message": {
        Args: {
          "body": Json;
          "conversation_id": string;
          "id"?: string;
          "kind": string;
          "mentions"?: (string)[];
          "reply_to"?: string;
        };
        Returns: Json;
      };
      "set_friend_remark": { Args: { "remark": string; "user_id": string }; Returns: undefined };
      "set_group": {
        Args: {
          "announcement"?: string;
          "avatar_url"?: string;
          "conversation_id": string;
          "hides_history"?: boolean;
          "join_mode"?: string;
          "name"?: string;
        };
        Returns: Json;
      };
      "set_group_role": {
        Args: { "conversation_id": string; "role": string; "user_id": string };
        Returns: undefined;
      };
      "set_my_group_face": {
        Args: { "avatar_url"?: string; "conversation_id": string; "nickname"?: string };
        Returns: Json;
      };
      "set_profile": {
        Args: {
          "avatar_url"?: string;
          "nickname"?: string;
          "requires_friend_approval"?: boolean;
          "requires_group_approval"?: boolean;
          "username"?: string;
        };
        Returns: Json;
      };
      "set_settings": { Args: { "changes": Json }; Returns: Json };
      "settle_orphaned_files": { Args: { "files": Json }; Returns: undefined };
      "settle_upload": {
        Args: { "bucket": string; "facts": Json; "path": string; "version": string };
        Returns: Json;
      };
      "sync": {
        Args: { "cursors"?: Json; "notice_seq"?: number; "page_size"?: number };
        Returns: Json;
      };
      "transfer_group": {
        Args: { "conversation_id": string; "user_id": string };
        Returns: undefined;
      };
      "unblock_user": { Args: { "user_id": string }; Returns: undefined };
      "version": { Args: Record<PropertyKey, never>; Returns: string };
      "withdraw_friend_request": { Args: { "request_id": string }; Returns: undefined };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "chat">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends
    {
      Insert: infer I;
    } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends
    {
      Update: infer U;
    } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][
    CompositeTypeName
  ]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "chat": {
    Enums: {},
  },
} as const;
