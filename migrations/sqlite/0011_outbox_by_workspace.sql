-- By its time alone the outbox is not asked (see the other engine's file).

drop index outbox_due;
