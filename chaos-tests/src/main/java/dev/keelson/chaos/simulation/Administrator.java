package dev.keelson.chaos.simulation;

import com.google.protobuf.ByteString;
import dev.keelson.api.authpb.Permission;
import dev.keelson.api.etcdserverpb.AuthEnableRequest;
import dev.keelson.api.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.keelson.api.etcdserverpb.AuthUserAddRequest;
import dev.keelson.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.api.status.StatusCode;
import dev.keelson.chaos.simulation.SimulatedCall.Reply;
import dev.keelson.server.rpc.ClientServices;
import dev.keelson.server.rpc.UnaryHandler;
import java.util.List;
import java.util.function.Function;

/**
 * Makes users, turns authentication on, and from then on gives a guest the right to one key after
 * the other and takes it away again: each step is asked for until it is certain.
 */
final class Administrator implements Client {
  static final String ROOT = "root";
  static final String GUEST = "guest";
  private static final String GUESTS = "guests";
  private static final long RETRY_NANOS = 200_000_000;

  private final World world;
  private final Chance chance;
  private final Rights rights;
  private final List<Step<?, ?>> setUp;
  private int done;
  private boolean gone;

  /** A change; to ask for it again does no harm. */
  private record Step<Q, R>(Function<ClientServices, UnaryHandler<Q, R>> service, Q request) {}

  Administrator(World world, Chance chance, Rights rights) {
    this.world = world;
    this.chance = chance;
    this.rights = rights;
    this.setUp =
        List.of(
            user(ROOT),
            role(ROOT, ROOT),
            user(GUEST),
            new Step<>(
                ClientServices::addRole, AuthRoleAddRequest.newBuilder().setName(GUESTS).build()),
            role(GUEST, GUESTS),
            new Step<>(ClientServices::enableAuth, AuthEnableRequest.getDefaultInstance()));
  }

  private static Step<?, ?> user(String name) {
    var request =
        AuthUserAddRequest.newBuilder().setName(name).setPassword(Session.passwordOf(name)).build();
    return new Step<>(ClientServices::addUser, request);
  }

  private static Step<?, ?> role(String user, String role) {
    var request = AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build();
    return new Step<>(ClientServices::grantRole, request);
  }

  @Override
  public void begin() {
    if (done == setUp.size()) {
      world.count("clusters with users");
      world.session().renew();
      grant(1);
    } else {
      untilCertain(
          setUp.get(done),
          () -> {
            done++;
            begin();
          });
    }
  }

  @Override
  public void leave() {
    gone = true;
  }

  @Override
  public boolean isUpToDate() {
    return true;
  }

  @Override
  public String describe() {
    return "administrator";
  }

  private void grant(long number) {
    rights.beginsGrant(number);
    var permission =
        Permission.newBuilder().setKey(key(number)).setPermType(Permission.Type.READWRITE);
    var request =
        AuthRoleGrantPermissionRequest.newBuilder().setName(GUESTS).setPerm(permission).build();
    untilCertain(
        new Step<>(ClientServices::grantPermission, request),
        () -> {
          world.count("rights given");
          rights.granted(number);
          pause(() -> revoke(number));
        });
  }

  private void revoke(long number) {
    rights.beginsRevoke(number);
    var request =
        AuthRoleRevokePermissionRequest.newBuilder().setRole(GUESTS).setKey(key(number)).build();
    untilCertain(
        new Step<>(ClientServices::revokePermission, request),
        () -> {
          world.count("rights taken away");
          rights.revoked(number);
          pause(() -> grant(number + 1));
        });
  }

  private static ByteString key(long number) {
    return ByteString.copyFromUtf8(Rights.key(number));
  }

  private void pause(Runnable then) {
    later(chance.delay(world.settings().load().authNanos()), then);
  }

  private void later(long nanos, Runnable then) {
    if (!gone) {
      world.timeline().plan(nanos, World.CLIENTS, then);
    }
  }

  /** Refused since it is so already is as good as done. */
  private <Q, R> void untilCertain(Step<Q, R> step, Runnable then) {
    var member = chance.oneOf(world.members()).life();
    if (member.isEmpty()) {
      later(RETRY_NANOS, () -> untilCertain(step, then));
      return;
    }
    var handler = step.service.apply(member.get().services());
    new SimulatedCall<R>(
            world,
            member.get(),
            reply -> {
              boolean certain =
                  switch (reply) {
                    case Reply.Success<R> _ -> true;
                    case Reply.Refused<R> refused ->
                        refused.code() == StatusCode.FAILED_PRECONDITION || isOnAlready(refused);
                    case Reply.Silence<R> _ -> false;
                  };
              if (certain) {
                then.run();
              } else {
                later(RETRY_NANOS, () -> untilCertain(step, then));
              }
            })
        .begin(call -> handler.handle(step.request, call, call));
  }

  /**
   * Authentication was turned on by a call whose answer was lost: now it wants to know who asks.
   */
  private boolean isOnAlready(Reply.Refused<?> refused) {
    return done == setUp.size() - 1 && refused.isForWantOfAUser();
  }
}
