package dev.keelson.server.transport;

/** Why a connection ended, as it is logged. */
record Closing(Cause cause, String detail) {

  /** The kinds of end. */
  enum Cause {
    /** The other side closed it. */
    CLOSED_BY_PEER("closed-by-peer"),
    /** The network or the machine failed it. */
    IO_ERROR("io-error"),
    /** What arrived is not our protocol. */
    BAD_FRAME("bad-frame"),
    /** Nothing was heard for too long. */
    SILENT("silent"),
    /** The other side does not want us. */
    REFUSED("refused"),
    /** We do not want the other side. */
    STRANGER("stranger"),
    /** The same member has opened a newer one. */
    SUPERSEDED("superseded"),
    /** The member has left the cluster, or has another address now. */
    MEMBER_CHANGED("member-changed"),
    /** We stop. */
    SHUT_DOWN("shut-down"),
    /** We are broken. */
    OUR_FAULT("our-fault");

    private final String text;

    Cause(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
