package dev.keelson.conformance.store;

import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;

/** One LeaseKeepAlive stream. One thread uses it. */
public final class KeepAlive implements AutoCloseable {
  private final Duplex<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream;

  private KeepAlive(Duplex<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream) {
    this.stream = stream;
  }

  static KeepAlive open(Channel channel) {
    return new KeepAlive(Duplex.open(channel, LeaseGrpc.getLeaseKeepAliveMethod(), new Metadata()));
  }

  public void send(long lease) {
    stream.send(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
  }

  /** The next answer, which must be about this lease; its TTL. */
  public long answer(long lease) {
    LeaseKeepAliveResponse response = stream.next();
    Expect.equal(lease, response.getID(), "ID of the answer");
    Expect.isTrue(response.getHeader().getRevision() > 0, "the header has the revision");
    return response.getTTL();
  }

  /** Renews it: the TTL it has now, 0 when there is no such lease. */
  public long renew(long lease) {
    send(lease);
    return answer(lease);
  }

  public void halfClose() {
    stream.halfClose();
  }

  public Status end(Duration within) {
    return stream.end(within);
  }

  @Override
  public void close() {
    stream.close();
  }
}
