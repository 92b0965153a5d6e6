# sessdump.m4: lists of flags, each kept when the compiler takes it.

# SESSDUMP_CC_FLAGS(VARIABLE, FLAGS)
AC_DEFUN([SESSDUMP_CC_FLAGS], [m4_foreach_w([sd_flag], [$2],
	[AX_CHECK_COMPILE_FLAG(m4_defn([sd_flag]), [$1="$$1 sd_flag"], [], [-Werror])])])

# SESSDUMP_LD_FLAGS(VARIABLE, FLAGS)
AC_DEFUN([SESSDUMP_LD_FLAGS], [m4_foreach_w([sd_flag], [$2],
	[AX_CHECK_LINK_FLAG(m4_defn([sd_flag]), [$1="$$1 sd_flag"], [], [-Werror])])])
