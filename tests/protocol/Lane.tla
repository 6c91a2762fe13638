------------------------------- MODULE Lane -------------------------------
(* The work of a lane on a partition that it owns: streams/lanes, processors/delivering. *)
EXTENDS Ownership

Read(w) ==
  LET d == FirstNot(w, Settled \cup InTheAir \cup {"todo"})
      early == IF Lacks("records wait for the takeover") THEN {"joined", "confirmed", "read"} ELSE {}
      Waits(e) == SameLine(d, e) /\ memory[w][e] \in {"todo", "parked"} IN
  /\ At(w, {"waiting", "working"} \cup early) /\ d # End
  /\ \/ memory' = [memory EXCEPT ![w][d] = "todo"]
     \/ memory' = [memory EXCEPT ![w] = [e \in Deliveries |->  \* it overtakes what waits in its line
          IF e = d THEN "todo" ELSE IF Waits(e) THEN "done" ELSE @[e]]]
  /\ UNCHANGED <<broker, phase, frozen, lease, sawClean, batch, vendor, faults>>

(* The first in its line, none of which is in the air, or decided and not committed. *)
IsNext(w, d) ==
  /\ memory[w][d] \in {"todo", "parked"}
  /\ \A e \in Deliveries \ {d} : SameLine(d, e) =>
       /\ memory[w][e] \notin InTheAir
       /\ memory[w][e] \in Decided => Lacks("next after commit")
       /\ e < d => memory[w][e] \notin {"todo", "parked"}

Permit(w, d) ==
  /\ At(w, {"working"}) /\ (lease[w] \/ Lacks("lease")) /\ IsNext(w, d)
  /\ memory' = [memory EXCEPT ![w][d] = "allowed"]
  /\ UNCHANGED <<broker, phase, frozen, lease, sawClean, batch, vendor, faults>>

Call(w, d) ==
  /\ At(w, {"working", "leaving"}) /\ memory[w][d] = "allowed"
  /\ memory' = [memory EXCEPT ![w][d] = "called"] /\ wire' = wire \cup {<<w, d>>}
  /\ UNCHANGED <<broker, phase, frozen, lease, sawClean, batch, effects, faults>>

(* Who still waits for the answer hears it. What is parked takes those behind it along. *)
Hears(w, d, what) ==
  LET Follows(e) == what = "parking" /\ SameLine(d, e) /\ memory[w][e] = "todo" IN
  memory' = IF memory[w][d] # "called" THEN memory
            ELSE [memory EXCEPT ![w] = [e \in Deliveries |-> IF e = d \/ Follows(e) THEN what ELSE @[e]]]
TakesEffect(d) ==
  LET before == effects[Subject[d]] IN
  effects' = IF before # <<>> /\ before[Len(before)] = d THEN effects
             ELSE [effects EXCEPT ![Subject[d]] = Append(@, d)]
Arrives(w, d) == <<w, d>> \in wire /\ wire' = wire \ {<<w, d>>}

Carried(w, d) ==
  /\ Arrives(w, d) /\ TakesEffect(d) /\ Hears(w, d, "done")
  /\ UNCHANGED <<broker, phase, frozen, lease, sawClean, batch, faults>>

(* The answer is lost, or the vendor is down, or refuses: tried again, parked, or failed for good. *)
Trouble(w, d) ==
  /\ Arrives(w, d) /\ Fault
  /\ \/ TakesEffect(d) /\ \E what \in {"todo", "parking"} : Hears(w, d, what)
     \/ UNCHANGED effects /\ \E what \in {"todo", "parking", "done"} : Hears(w, d, what)
  /\ UNCHANGED <<broker, phase, frozen, lease, sawClean, batch>>

Collect(w) ==
  LET open == IF Lacks("bookmark stops at open work") THEN Settled \cup InTheAir \cup {"todo"} ELSE Settled
      upTo == FirstNot(w, open) IN
  /\ At(w, {"waiting", "working", "leaving"}) /\ batch[w] = None /\ Which(w, Decided) # {}
  /\ batch' = [batch EXCEPT ![w] =
       [done |-> Which(w, {"done"}), park |-> Which(w, {"parking"}), offset |-> upTo,
        settled |-> IF Lacks("settled above the bookmark") THEN {} ELSE {d \in Which(w, Settled) : d > upTo}]]
  /\ UNCHANGED <<broker, phase, frozen, lease, sawClean, memory, vendor, faults>>

(* Outcomes, lane state and bookmark, in one transaction. *)
Visible(w) ==
  LET b == batch[w] IN
  /\ audit' = [d \in Deliveries |-> audit[d] + IF d \in b.done THEN 1 ELSE 0]
  /\ stray' = (stray \/ writer # w)
  /\ \/ state' = [state EXCEPT !.offset = b.offset, !.settled = b.settled, !.parked = (@ \ b.done) \cup b.park]
     \/ Lacks("one transaction") /\ UNCHANGED state

Commit(w) ==
  /\ At(w, {"waiting", "working", "leaving"}) /\ batch[w] # None /\ (writer = w \/ Lacks("fencing"))
  /\ Visible(w)
  /\ memory' = [memory EXCEPT ![w] = [d \in Deliveries |->
       IF d \in batch[w].done THEN "over" ELSE IF d \in batch[w].park THEN "parked" ELSE @[d]]]
  /\ batch' = [batch EXCEPT ![w] = None]
  /\ UNCHANGED <<owner, writer, phase, frozen, lease, sawClean, vendor, faults>>

Fenced(w) ==
  /\ At(w, {"waiting", "working", "leaving"}) /\ batch[w] # None /\ writer # w /\ ~Lacks("fencing")
  /\ TakesOverAgain(w)
  /\ UNCHANGED <<broker, frozen, lease, vendor, faults>>

(* Only the broken variant has it: what is done is taken out of the lane state by a producer that nobody fences. *)
PlainTombstone(w) ==
  /\ Lacks("tombstone in the transaction") /\ ~frozen[w] /\ batch[w] # None
  /\ state' = [state EXCEPT !.parked = @ \ batch[w].done]
  /\ UNCHANGED <<owner, writer, audit, stray, worker, vendor, faults>>

(* Any error inside a tenure; a transaction may be through all the same. *)
Breaks(w) ==
  /\ At(w, Tenure) /\ Fault
  /\ \/ batch[w] # None /\ writer = w /\ Visible(w)
     \/ UNCHANGED <<state, audit, stray>>
  /\ TakesOverAgain(w)
  /\ UNCHANGED <<owner, writer, frozen, lease, vendor>>

---------------------------------------------------------------------------
Step(w) ==
  \/ Assign(w) \/ Confirm(w) \/ InitProducer(w) \/ Restore(w) \/ Adopt(w) \/ Wait(w)
  \/ Revoke(w) \/ Leave(w) \/ Notices(w)
  \/ Read(w) \/ Collect(w) \/ Commit(w) \/ Fenced(w) \/ PlainTombstone(w)
  \/ \E d \in Deliveries : Permit(w, d) \/ Call(w, d) \/ Carried(w, d) \/ Trouble(w, d)
  \/ Crash(w) \/ Restart(w) \/ Breaks(w) \/ Freeze(w) \/ Thaw(w) \/ LeaseEnds(w) \/ Expel(w) \/ Heartbeat(w)
Next == \E w \in Workers : Step(w)
Spec == Init /\ [][Next]_vars /\ WF_vars(Next)

(* What always holds *)
OneOutcome == \A d \in Deliveries : audit[d] <= 1
NothingLost == \A d \in Deliveries : IsSettled(d) => audit[d] = 1 \/ d \in state.parked
ToldTogether == \A d \in Deliveries : audit[d] = 1 => IsSettled(d) /\ d \notin state.parked
NothingOfTheOldOwner == ~stray
Ascending(line) == \A i, j \in 1..Len(line) : i < j => line[i] < line[j]
Firsts(line) == SelectSeq(
  [i \in 1..Len(line) |-> IF \E j \in 1..(i - 1) : line[j] = line[i] THEN 0 ELSE line[i]], LAMBDA d : d # 0)
FirstCallsInOrder == \A p \in People : Ascending(Firsts(effects[p]))
NothingUndone == \A p \in People : Ascending(effects[p])
OneCaller == \A a, b \in wire : a[1] = b[1]

(* And what is always reached *)
Good == state.offset = End /\ state.parked = {} /\ \A d \in Deliveries : audit[d] = 1
EndsWell == <>Good

(* For configurations *)
OnePerson == <<"a", "a">>
TwoPeople == <<"a", "b", "a">>
Symmetry == Permutations(Workers)
===========================================================================
