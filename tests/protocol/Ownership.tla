----------------------------- MODULE Ownership -----------------------------
(* How one partition changes hands: streams/ownership. Lane.tla adds what is done with it.
   docs/protocol.md tells what each part stands for in the code, and what is left out. *)
EXTENDS Naturals, Sequences, FiniteSets, TLC

CONSTANTS
  Workers, None,
  Subject,        \* the log: whom each delivery is for, in the order of the offsets
  MostFaults,     \* in one run, of whatever kind
  FrozenInCall,   \* may a machine freeze between the permit for a call and the request's leaving it?
  Mutant          \* "none", or the guard that is taken away

VARIABLES
  owner,          \* the member whom the group gives the partition
  writer,         \* whose producer is the last that was initialised: all others are fenced
  state, audit,   \* what is committed: bookmark, parked deliveries and mark of a clean end; final outcomes
  stray,          \* has anything of an old owner become visible?
  phase, frozen, lease, sawClean, memory, batch,  \* of each worker
  wire,           \* requests that have left a worker, and are neither with the vendor nor lost
  effects,        \* what took effect at the vendor, for each person
  faults

broker == <<owner, writer, state, audit, stray>>
worker == <<phase, frozen, lease, sawClean, memory, batch>>
vendor == <<wire, effects>>
vars == <<broker, worker, vendor, faults>>

Deliveries == 1..Len(Subject)
End == Len(Subject) + 1
People == {Subject[d] : d \in Deliveries}
SameLine(d, e) == Subject[d] = Subject[e]
Lacks(guard) == Mutant = guard
Fault == faults < MostFaults /\ faults' = faults + 1

(* What a worker has in mind of a delivery. new: not read; todo: in its line; allowed: may be called now; called;
   done, parking: decided, not committed; over: its outcome is committed; parked: the lane state keeps it. *)
Blank == [d \in Deliveries |-> "new"]
InTheAir == {"allowed", "called"}
Decided == {"done", "parking"}
Settled == Decided \cup {"over", "parked"}
IsSettled(d) == d < state.offset \/ d \in state.settled
Restored(d) == IF d \in state.parked THEN "parked" ELSE IF IsSettled(d) THEN "over" ELSE "new"
Which(w, kinds) == {d \in Deliveries : memory[w][d] \in kinds}
FirstNot(w, kinds) == CHOOSE d \in 1..End :
  (d = End \/ memory[w][d] \notin kinds) /\ \A e \in 1..(d - 1) : memory[w][e] \in kinds

Tenure == {"confirmed", "read", "restored", "adopted", "waiting", "working", "leaving"}
At(w, phases) == ~frozen[w] /\ phase[w] \in phases
Goes(w, to) == phase' = [phase EXCEPT ![w] = to]
LetsGo(w) == owner' = IF owner = w THEN None ELSE owner
Forgets(w) ==
  /\ memory' = [memory EXCEPT ![w] = Blank] /\ batch' = [batch EXCEPT ![w] = None]
  /\ sawClean' = [sawClean EXCEPT ![w] = FALSE]
TakesOverAgain(w) == Forgets(w) /\ Goes(w, IF Lacks("takeover after errors") THEN "stuck" ELSE "joined")

Init ==
  /\ owner = None /\ writer = None /\ stray = FALSE
  /\ state = [offset |-> 1, settled |-> {}, parked |-> {}, clean |-> TRUE]
  /\ audit = [d \in Deliveries |-> 0]
  /\ phase = [w \in Workers |-> "idle"] /\ frozen = [w \in Workers |-> FALSE] /\ lease = [w \in Workers |-> FALSE]
  /\ sawClean = [w \in Workers |-> FALSE]
  /\ memory = [w \in Workers |-> Blank] /\ batch = [w \in Workers |-> None]
  /\ wire = {} /\ effects = [p \in People |-> <<>>] /\ faults = 0

---------------------------------------------------------------------------
(* Taking over and letting go: streams/ownership *)

Assign(w) ==
  /\ owner = None /\ At(w, {"idle"})
  /\ owner' = w /\ Goes(w, "joined") /\ lease' = [lease EXCEPT ![w] = TRUE]
  /\ UNCHANGED <<writer, state, audit, stray, frozen, sawClean, memory, batch, vendor, faults>>

(* Asks the group: before the takeover, and after it. *)
Confirm(w) ==
  LET first == phase[w] = "joined"
      asks == ~(IF first THEN Lacks("confirm before takeover") ELSE Lacks("confirm after takeover")) IN
  /\ At(w, {"joined", "adopted"})
  /\ IF asks /\ owner # w
     THEN Goes(w, "idle") /\ Forgets(w) /\ UNCHANGED lease
     ELSE /\ Goes(w, IF first THEN "confirmed" ELSE IF sawClean[w] THEN "working" ELSE "waiting")
          /\ lease' = [lease EXCEPT ![w] = @ \/ owner = w] /\ UNCHANGED <<sawClean, memory, batch>>
  /\ UNCHANGED <<broker, frozen, vendor, faults>>

InitProducer(w) ==
  /\ At(w, {IF Lacks("init before restore") THEN "read" ELSE "confirmed"})
  /\ writer' = w /\ Goes(w, IF phase[w] = "read" THEN "restored" ELSE "read")
  /\ UNCHANGED <<owner, state, audit, stray, frozen, lease, sawClean, memory, batch, vendor, faults>>

Restore(w) ==
  /\ At(w, {IF Lacks("init before restore") THEN "confirmed" ELSE "read"})
  /\ memory' = [memory EXCEPT ![w] = [d \in Deliveries |-> IF @[d] = "new" THEN Restored(d) ELSE @[d]]]
  /\ sawClean' = [sawClean EXCEPT ![w] = state.clean]
  /\ Goes(w, IF phase[w] = "read" THEN "restored" ELSE "read")
  /\ UNCHANGED <<broker, frozen, lease, batch, vendor, faults>>

(* Takes the mark of a clean end back: whoever dies from here on did not leave cleanly. *)
Adopt(w) ==
  /\ At(w, {"restored"})
  /\ IF writer = w
     THEN /\ state' = [state EXCEPT !.clean = @ /\ Lacks("clean mark taken back")]
          /\ Goes(w, "adopted") /\ UNCHANGED <<sawClean, memory, batch>>
     ELSE TakesOverAgain(w) /\ UNCHANGED state
  /\ UNCHANGED <<owner, writer, audit, stray, frozen, lease, vendor, faults>>

(* One call timeout. The assumption: by then every request that had left is with the vendor, or lost. *)
Wait(w) ==
  /\ At(w, {"waiting"}) /\ (wire = {} \/ Lacks("wait at takeover"))
  /\ Goes(w, "working")
  /\ UNCHANGED <<broker, frozen, lease, sawClean, memory, batch, vendor, faults>>

Revoke(w) ==
  /\ At(w, (Tenure \ {"leaving"}) \cup {"joined"}) /\ owner = w /\ Fault
  /\ IF phase[w] = "working"
     THEN Goes(w, "leaving") /\ UNCHANGED <<owner, sawClean, memory, batch>>
     ELSE Goes(w, "idle") /\ Forgets(w) /\ LetsGo(w)
  /\ UNCHANGED <<writer, state, audit, stray, frozen, lease, vendor>>

(* Everything is answered and committed, or a call was not answered in time. *)
Leave(w) ==
  /\ At(w, {"leaving"}) /\ batch[w] = None
  /\ LET answered == Which(w, InTheAir) = {} IN
     /\ answered => Which(w, Decided) = {}
     /\ state' = [state EXCEPT !.clean = @ \/ (writer = w /\ (answered \/ Lacks("clean mark only when answered")))]
  /\ Goes(w, "idle") /\ Forgets(w) /\ LetsGo(w)
  /\ UNCHANGED <<writer, audit, stray, frozen, lease, vendor, faults>>

(* A permit is refused, or a heartbeat: the tenure is over. *)
Notices(w) ==
  /\ At(w, Tenure) /\ (~lease[w] \/ owner # w)
  /\ TakesOverAgain(w)
  /\ UNCHANGED <<broker, frozen, lease, vendor, faults>>

---------------------------------------------------------------------------
(* What goes wrong *)

Crash(w) ==
  /\ phase[w] # "down" /\ Fault
  /\ Goes(w, "down") /\ Forgets(w) /\ frozen' = [frozen EXCEPT ![w] = FALSE] /\ lease' = [lease EXCEPT ![w] = FALSE]
  /\ UNCHANGED <<broker, vendor>>

(* Under the same id it is the same member: nobody waits for a session. *)
Restart(w) ==
  /\ phase[w] = "down" /\ Goes(w, "idle") /\ LetsGo(w)
  /\ UNCHANGED <<writer, state, audit, stray, frozen, lease, sawClean, memory, batch, vendor, faults>>

Freeze(w) ==
  /\ At(w, Tenure \cup {"joined"}) /\ Fault
  /\ FrozenInCall \/ Which(w, {"allowed"}) = {}
  /\ frozen' = [frozen EXCEPT ![w] = TRUE]
  /\ UNCHANGED <<broker, phase, lease, sawClean, memory, batch, vendor>>

Thaw(w) ==
  /\ frozen[w] /\ frozen' = [frozen EXCEPT ![w] = FALSE]
  /\ UNCHANGED <<broker, phase, lease, sawClean, memory, batch, vendor, faults>>

(* No good heartbeat for half a session: frozen, or cut off from the group. *)
LeaseEnds(w) ==
  /\ lease[w] /\ (Fault \/ (frozen[w] /\ UNCHANGED faults))
  /\ lease' = [lease EXCEPT ![w] = FALSE]
  /\ UNCHANGED <<broker, phase, frozen, sawClean, memory, batch, vendor>>

(* None for a whole session. A call takes less than half of one: what still runs has ended its calls by then. *)
Expel(w) ==
  /\ owner = w /\ ~lease[w] /\ (frozen[w] \/ Which(w, InTheAir) = {})
  /\ owner' = None
  /\ UNCHANGED <<writer, state, audit, stray, worker, vendor, faults>>

Heartbeat(w) ==
  /\ At(w, Tenure) /\ owner = w /\ ~lease[w] /\ lease' = [lease EXCEPT ![w] = TRUE]
  /\ UNCHANGED <<broker, phase, frozen, sawClean, memory, batch, vendor, faults>>
===========================================================================
