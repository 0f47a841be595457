-- One row for each measure of how hard readers are pressed, by term and group: contacts, their answers, their sameness.
--
-- Only invitations count; notices about a reader's own loans and the like are no pressure.
--
-- grain: term, measure, group_type, group_code
-- persons: persons
-- counts: members
-- check measure_is_known: measure in ('invitational_ratio', 'contacts_30_days_p50', 'contacts_30_days_p95', 'contacts_30_days_max', 'response_rate', 'audience_overlap', 'same_message_share', 'service_sets_per_person')
-- check shares_are_shares: measure like 'contacts%' or value between 0 and 1

create table service.pressure (
    term       varchar not null,  -- 学期 | term | in which readers were contacted
    measure    varchar not null,  -- 指标 | measure | invitational_ratio: contacts over contacts and what readers did of their own accord; contacts_30_days: most contacts of a person in 30 days, as quantile over persons or maximum; response_rate: of the nth contact in a term; audience_overlap: Jaccard of two services' readers; same_message_share: of pairs of colleges, those that got the same services; service_sets_per_person: distinct sets of services over persons
    group_type varchar not null,  -- 组别 | kind of group | everyone, segment, college, nth_contact or service_pair
    group_code varchar not null,  -- 组 | group
    persons    bigint  not null,  -- 人数 | people | behind the figure
    value      double             -- 数值 | value | empty where nothing can be said #index
);
