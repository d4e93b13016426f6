package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.server.lease.LeaseTime;
import dev.keelson.server.replica.Outcome;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream of keepalives: an answer for each request, in their order (L6). Some are
 * under way at once, so that a client that keeps many leases alive does not wait for one after the
 * other.
 */
final class LeaseKeepAliveStream implements StreamReceiver<LeaseKeepAliveRequest> {
  private static final int MAX_UNDER_WAY = 256;

  private final LeaseDependencies leases;
  private final ResponseHeaders headers;
  private final LeaseAccess access;
  private final StreamSink<LeaseKeepAliveResponse> sink;
  private final ArrayDeque<Slot> slots = new ArrayDeque<>();
  private boolean halfClosed;

  /** A request and what it has come to. */
  private static final class Slot {
    final LeaseKeepAliveResponse.Builder response;
    boolean settled;
    @Nullable EtcdError error;

    Slot(LeaseKeepAliveResponse.Builder response) {
      this.response = response;
    }
  }

  private LeaseKeepAliveStream(
      LeaseDependencies leases,
      ResponseHeaders headers,
      LeaseAccess access,
      StreamSink<LeaseKeepAliveResponse> sink) {
    this.leases = leases;
    this.headers = headers;
    this.access = access;
    this.sink = sink;
  }

  static LeaseKeepAliveStream open(
      LeaseDependencies leases,
      ResponseHeaders headers,
      LeaseAccess access,
      StreamSink<LeaseKeepAliveResponse> sink) {
    sink.requestMore(MAX_UNDER_WAY - 1); // one is asked for already
    return new LeaseKeepAliveStream(leases, headers, access, sink);
  }

  @Override
  public void message(LeaseKeepAliveRequest request) {
    // The header's revision is that of before the renewal (section 1).
    var slot =
        new Slot(
            LeaseKeepAliveResponse.newBuilder()
                .setHeader(headers.at(leases.revision().getAsLong()))
                .setID(request.getID()));
    slots.add(slot);
    access.requireRenewal(
        request.getID(),
        sink,
        error -> sink.execute(() -> settle(slot, new Outcome.Failure<>(error))),
        () ->
            leases
                .leases()
                .keepAlive(request.getID(), outcome -> sink.execute(() -> settle(slot, outcome))));
  }

  private void settle(Slot slot, Outcome<LeaseTime> outcome) {
    slot.settled = true;
    switch (outcome) {
      case Outcome.Success<LeaseTime>(LeaseTime.Living(var ttl, _)) -> slot.response.setTTL(ttl);
      case Outcome.Success<LeaseTime>(LeaseTime.Gone()) -> {} // TTL 0 says so
      case Outcome.Failure<LeaseTime>(var error) -> slot.error = error;
    }
    answer();
  }

  private void answer() {
    for (var slot = slots.peek();
        slot != null && slot.settled && sink.isWritable();
        slot = slots.peek()) {
      slots.poll();
      if (slot.error != null) {
        sink.fail(slot.error); // L8
        return;
      }
      sink.send(slot.response.build());
      sink.requestMore(1);
    }
    if (halfClosed && slots.isEmpty()) {
      sink.complete();
    }
  }

  @Override
  public void halfClosed() {
    halfClosed = true;
    answer();
  }

  @Override
  public void writable() {
    answer();
  }

  @Override
  public void ended() {
    slots.clear();
  }
}
