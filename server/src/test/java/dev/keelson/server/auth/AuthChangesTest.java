package dev.keelson.server.auth;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.api.command.AuthCommand;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import dev.keelson.server.auth.AuthOutcome.TokenEffect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What commands do to users and roles, one after the other as in a log. */
class AuthChangesTest {
  private static final Caller ROOT = new Caller.User("root", Long.MAX_VALUE);

  private static final dev.keelson.api.authpb.Permission.Type READ =
      dev.keelson.api.authpb.Permission.Type.READ;
  private static final dev.keelson.api.authpb.Permission.Type WRITE =
      dev.keelson.api.authpb.Permission.Type.WRITE;

  private AuthState state = AuthState.INITIAL;
  private final List<TokenEffect> effects = new ArrayList<>();
  private Caller caller = new Caller.Nobody();
  private long index;

  private AuthOutcome run(AuthCommand.Builder command) {
    var outcome = AuthChanges.apply(state, command.build(), caller, ++index);
    if (outcome instanceof AuthOutcome.Changed(var next, var effect)) {
      // What is stored must be all there is.
      state = AuthCodec.decode(AuthCodec.encode(next));
      effects.add(effect);
    }
    return outcome;
  }

  private static AuthCommand.Builder command() {
    return AuthCommand.newBuilder();
  }

  private AuthOutcome addUser(String name) {
    var command = command();
    command.getUserAddBuilder().setName(name).setHashedPassword(base64("hash of " + name));
    return run(command);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private AuthOutcome deleteUser(String name) {
    var command = command();
    command.getUserDeleteBuilder().setName(name);
    return run(command);
  }

  private AuthOutcome grantRole(String user, String role) {
    var command = command();
    command.getUserGrantRoleBuilder().setUser(user).setRole(role);
    return run(command);
  }

  private AuthOutcome revokeRole(String user, String role) {
    var command = command();
    command.getUserRevokeRoleBuilder().setName(user).setRole(role);
    return run(command);
  }

  private AuthOutcome addRole(String name) {
    var command = command();
    command.getRoleAddBuilder().setName(name);
    return run(command);
  }

  private AuthOutcome deleteRole(String name) {
    var command = command();
    command.getRoleDeleteBuilder().setRole(name);
    return run(command);
  }

  private AuthOutcome grant(
      String role, dev.keelson.api.authpb.Permission.Type type, String key, String end) {
    var command = command();
    command
        .getRoleGrantPermissionBuilder()
        .setName(role)
        .getPermBuilder()
        .setPermType(type)
        .setKey(ByteString.copyFromUtf8(key))
        .setRangeEnd(ByteString.copyFromUtf8(end));
    return run(command);
  }

  private AuthOutcome revoke(String role, String key, String end) {
    var command = command();
    command
        .getRoleRevokePermissionBuilder()
        .setRole(role)
        .setKey(ByteString.copyFromUtf8(key))
        .setRangeEnd(ByteString.copyFromUtf8(end));
    return run(command);
  }

  private AuthOutcome enable() {
    var command = command();
    command.getEnableBuilder();
    return run(command);
  }

  private AuthOutcome disable() {
    var command = command();
    command.getDisableBuilder();
    return run(command);
  }

  private void switchOn() {
    addUser("root");
    grantRole("root", "root");
    assertThat(enable()).isInstanceOf(AuthOutcome.Changed.class);
    caller = ROOT;
  }

  private User user(String name) {
    return requireNonNull(state.users().get(name));
  }

  private Role role(String name) {
    return requireNonNull(state.roles().get(name));
  }

  private static AuthOutcome refused(EtcdError error) {
    return new AuthOutcome.Refused(error);
  }

  private Optional<EtcdError> mayRead(String user, String key) {
    return state
        .clearance(new Caller.User(user, state.revision()))
        .mayRead(Bytes.wrap(key.getBytes(StandardCharsets.UTF_8)), Bytes.EMPTY);
  }

  @Test
  @Tag("AU6")
  void nothingIsOnWithoutItsRoot() {
    assertThat(enable()).isEqualTo(refused(EtcdError.ROOT_USER_NOT_EXIST));
    addUser("root");
    assertThat(enable()).isEqualTo(refused(EtcdError.ROOT_ROLE_NOT_EXIST));
    grantRole("root", "root");
    assertThat(state.roles()).isEmpty();
    enable();
    assertThat(state.enabled()).isTrue();
  }

  @Test
  @Tag("AU3")
  void turningOnIsNoStepThatClientsSeeButAnotherState() {
    addUser("root");
    grantRole("root", "root");
    long revision = state.revision();
    long version = state.version();
    enable();
    assertThat(state.revision()).isEqualTo(revision);
    assertThat(state.version()).isGreaterThan(version);
    caller = ROOT;
    assertThat(enable()).isEqualTo(new AuthOutcome.Unchanged());
    disable();
    assertThat(state.revision()).isEqualTo(revision + 1);
    assertThat(disable()).isEqualTo(new AuthOutcome.Unchanged());
    assertThat(state.revision()).isEqualTo(revision + 1);
  }

  @Test
  @Tag("AU3")
  void everyChangeIsOneStepAndNothingElseIs() {
    assertThat(state.revision()).isEqualTo(1);
    addRole("r");
    addUser("u");
    grantRole("u", "r");
    grant("r", READ, "k", "");
    grant("r", READ, "k", ""); // the same again
    assertThat(state.revision()).isEqualTo(6);
    assertThat(grantRole("u", "r")).isEqualTo(new AuthOutcome.Unchanged());
    assertThat(addUser("u")).isEqualTo(refused(EtcdError.USER_ALREADY_EXIST));
    assertThat(addRole("r")).isEqualTo(refused(EtcdError.ROLE_ALREADY_EXIST));
    assertThat(addUser("")).isEqualTo(refused(EtcdError.USER_EMPTY));
    assertThat(addRole("")).isEqualTo(refused(EtcdError.ROLE_EMPTY));
    assertThat(state.revision()).isEqualTo(6);
    revoke("r", "k", "");
    revokeRole("u", "r");
    deleteRole("r");
    deleteUser("u");
    assertThat(state.revision()).isEqualTo(10);
  }

  @Test
  @Tag("AU12")
  @Tag("AU15")
  @Tag("AU16")
  void rootCannotBeTakenAwayWhileItCounts() {
    addRole("root");
    switchOn();
    assertThat(deleteUser("root")).isEqualTo(refused(EtcdError.INVALID_AUTH_MGMT));
    assertThat(deleteRole("root")).isEqualTo(refused(EtcdError.INVALID_AUTH_MGMT));
    assertThat(revokeRole("root", "root")).isEqualTo(refused(EtcdError.INVALID_AUTH_MGMT));
    disable();
    assertThat(revokeRole("root", "root")).isInstanceOf(AuthOutcome.Changed.class);
    assertThat(deleteRole("root")).isInstanceOf(AuthOutcome.Changed.class);
    assertThat(deleteUser("root")).isInstanceOf(AuthOutcome.Changed.class);
  }

  @Test
  void whatIsUnknownIsSaidToBe() {
    addUser("u");
    addRole("r");
    assertThat(deleteUser("x")).isEqualTo(refused(EtcdError.USER_NOT_FOUND));
    assertThat(grantRole("x", "r")).isEqualTo(refused(EtcdError.USER_NOT_FOUND));
    assertThat(grantRole("u", "x")).isEqualTo(refused(EtcdError.ROLE_NOT_FOUND));
    assertThat(revokeRole("x", "r")).isEqualTo(refused(EtcdError.USER_NOT_FOUND));
    assertThat(revokeRole("u", "r")).isEqualTo(refused(EtcdError.ROLE_NOT_GRANTED));
    assertThat(deleteRole("x")).isEqualTo(refused(EtcdError.ROLE_NOT_FOUND));
    assertThat(grant("x", READ, "k", "")).isEqualTo(refused(EtcdError.ROLE_NOT_FOUND));
    assertThat(revoke("x", "k", "")).isEqualTo(refused(EtcdError.ROLE_NOT_FOUND));
    assertThat(revoke("r", "k", "")).isEqualTo(refused(EtcdError.PERMISSION_NOT_GRANTED));
  }

  @Test
  @Tag("AU18")
  void onlyRangesThatHoldSomethingAreGranted() {
    addRole("r");
    assertThat(grant("r", READ, "", "")).isEqualTo(refused(EtcdError.INVALID_AUTH_MGMT));
    assertThat(grant("r", READ, "b", "a")).isEqualTo(refused(EtcdError.INVALID_AUTH_MGMT));
    assertThat(grant("r", READ, "a", "a")).isEqualTo(refused(EtcdError.INVALID_AUTH_MGMT));
    assertThat(grant("r", READ, "a", "\0")).isInstanceOf(AuthOutcome.Changed.class);
    var command = command();
    command.getRoleGrantPermissionBuilder().setName("r");
    assertThat(run(command)).isEqualTo(refused(EtcdError.PERMISSION_NOT_GIVEN));
  }

  @Test
  @Tag("AU18")
  @Tag("AU19")
  void theSameKeysHaveOneGrant() {
    addRole("r");
    grant("r", READ, "k", "");
    grant("r", READ, "k", "m");
    grant("r", WRITE, "k", "");
    var permissions = role("r").permissions();
    assertThat(permissions)
        .extracting(Permission::kind)
        .containsExactly(Permission.Kind.WRITE, Permission.Kind.READ);
    assertThat(revoke("r", "k", "l")).isEqualTo(refused(EtcdError.PERMISSION_NOT_GRANTED));
    revoke("r", "k", "m");
    assertThat(role("r").permissions()).hasSize(1);
  }

  @Test
  @Tag("AU16")
  void aDeletedRoleIsTakenFromEverybody() {
    addRole("r");
    addUser("u");
    addUser("v");
    grantRole("u", "r");
    grantRole("v", "r");
    grantRole("v", "root");
    long before = state.revision();
    deleteRole("r");
    assertThat(user("u").roles()).isEmpty();
    assertThat(user("v").roles()).containsExactly("root");
    assertThat(state.revision()).isEqualTo(before + 1);
  }

  @Test
  @Tag("AU13")
  void aPasswordIsReplacedByWhatItsHashIs() {
    addUser("u");
    var command = command();
    command.getUserChangePasswordBuilder().setName("u").setHashedPassword(base64("new"));
    run(command);
    assertThat(user("u").passwordHash()).isEqualTo("new");
    command.getUserChangePasswordBuilder().setHashedPassword("!!");
    assertThat(run(command)).isEqualTo(refused(EtcdError.NO_PASSWORD_USER));
    assertThat(user("u").passwordHash()).isEqualTo("new");
    command.getUserChangePasswordBuilder().setHashedPassword("");
    run(command);
    assertThat(user("u").passwordHash()).isEmpty();
    assertThat(effects).endsWith(new TokenEffect.EndUser("u"), new TokenEffect.EndUser("u"));
  }

  @Test
  @Tag("AU13")
  void aUserWithoutPasswordGetsNone() {
    var add = command();
    add.getUserAddBuilder().setName("cert").getOptionsBuilder().setNoPassword(true);
    run(add);
    var change = command();
    change.getUserChangePasswordBuilder().setName("cert").setHashedPassword(base64("x"));
    assertThat(run(change)).isInstanceOf(AuthOutcome.Changed.class);
    assertThat(user("cert").passwordHash()).isEmpty();
    assertThat(user("cert").noPassword()).isTrue();
  }

  @Test
  @Tag("AU35")
  void onlyAdministratorsChangeAnything() {
    switchOn();
    addUser("u");
    for (var other :
        List.of(new Caller.User("u", Long.MAX_VALUE), new Caller.User("ghost", Long.MAX_VALUE))) {
      caller = other;
      var error = other.name().equals("u") ? EtcdError.PERMISSION_DENIED : EtcdError.USER_NOT_FOUND;
      assertThat(addUser("v")).isEqualTo(refused(error));
      assertThat(disable()).isEqualTo(refused(error));
      assertThat(enable()).isEqualTo(refused(error));
    }
    caller = new Caller.Nobody();
    assertThat(deleteRole("r")).isEqualTo(refused(EtcdError.USER_EMPTY));
    caller = ROOT;
    grantRole("u", "root");
    caller = new Caller.User("u", 0);
    assertThat(addUser("v"))
        .as("AU31: its age does not matter")
        .isInstanceOf(AuthOutcome.Changed.class);
  }

  @Test
  @Tag("AU28")
  void aLoginCountsUnderTheUsersItWasCheckedWith() {
    var login = command();
    login.getLoginBuilder().setUser("root").setTokenPrefix("abc").setAuthRevision(1);
    assertThat(run(login)).isEqualTo(refused(EtcdError.AUTH_NOT_ENABLED));
    switchOn();
    caller = new Caller.Nobody();
    assertThat(run(login)).isEqualTo(new AuthOutcome.Outdated());
    login.getLoginBuilder().setAuthRevision(state.revision());
    assertThat(run(login)).isEqualTo(new AuthOutcome.LoggedIn("root", "abc." + index));
  }

  @Test
  @Tag("AU34")
  void whoMayReadIsJudgedInThisOrder() {
    addRole("r");
    grant("r", READ, "k", "");
    addUser("u");
    grantRole("u", "r");
    grantRole("u", "root");
    revokeRole("u", "root");
    assertThat(mayRead("ghost", "k")).as("off").isEmpty();
    switchOn();
    assertThat(mayRead("u", "k")).isEmpty();
    assertThat(mayRead("u", "l")).contains(EtcdError.PERMISSION_DENIED);
    assertThat(mayRead("ghost", "k")).contains(EtcdError.PERMISSION_DENIED);
    assertThat(mayRead("root", "anything")).isEmpty();
    var old = state.clearance(new Caller.User("root", state.revision() - 1));
    assertThat(old.mayRead(Bytes.EMPTY, Bytes.EMPTY)).contains(EtcdError.AUTH_OLD_REVISION);
    var nobody = state.clearance(new Caller.Nobody());
    assertThat(nobody.mayWrite(Bytes.EMPTY, Bytes.EMPTY)).contains(EtcdError.USER_EMPTY);
    assertThat(state.clearance(new Caller.Member()).isUnlimited()).isTrue();
  }

  @Test
  @Tag("AU30")
  void changesEndTheTokensOfThoseTheyAreAbout() {
    switchOn();
    addUser("u");
    deleteUser("u");
    disable();
    assertThat(effects)
        .endsWith(new TokenEffect.None(), new TokenEffect.EndUser("u"), new TokenEffect.EndAll());
  }

  @Test
  @Tag("AU14")
  void namesComeInTheOrderOfTheirBytes() {
    for (var name : List.of("c", "\ud83d\ude00", "a", "\uffee", "b")) {
      addUser(name);
    }
    assertThat(state.users().keySet()).containsExactly("a", "b", "c", "\uffee", "\ud83d\ude00");
  }
}
