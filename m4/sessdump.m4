# sessdump.m4: lists of flags, each kept when the compiler takes it; folders of
# systemd.

# SESSDUMP_CC_FLAGS(VARIABLE, FLAGS)
AC_DEFUN([SESSDUMP_CC_FLAGS], [m4_foreach_w([sd_flag], [$2],
	[AX_CHECK_COMPILE_FLAG(m4_defn([sd_flag]), [$1="$$1 sd_flag"], [], [-Werror])])])

# SESSDUMP_LD_FLAGS(VARIABLE, FLAGS)
AC_DEFUN([SESSDUMP_LD_FLAGS], [m4_foreach_w([sd_flag], [$2],
	[AX_CHECK_LINK_FLAG(m4_defn([sd_flag]), [$1="$$1 sd_flag"], [], [-Werror])])])

# SESSDUMP_SYSTEMD_DIR(VARIABLE, WHAT, BELOW-PREFIX)
# --with-VARIABLE=DIR, or "no".  Else below our own prefix, where systemd looks,
# too, when that is /usr/local; and where systemd.pc says, when it is /usr.
AC_DEFUN([SESSDUMP_SYSTEMD_DIR], [
AC_ARG_WITH([$1],
	[AS_HELP_STRING([--with-$1=DIR], [$2 @<:@where systemd.pc says@:>@])],
	[$1=$withval], [$1=auto])
AS_CASE([$$1],
	[no], [],
	[yes|auto], [
		AS_IF([test "x$prefix" = x/usr || test "$$1" = yes],
			[sd_dir=`$PKG_CONFIG --variable=$1 systemd 2>/dev/null`],
			[sd_dir='${prefix}/$3'])
		AS_IF([$PKG_CONFIG --exists systemd && test -n "$sd_dir"],
			[$1=$sd_dir],
			[test "$$1" = yes],
			[AC_MSG_ERROR([--with-$1: there is no systemd.pc])],
			[$1=no])
	])
AC_SUBST([$1])])
