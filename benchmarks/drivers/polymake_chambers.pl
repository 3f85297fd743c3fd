# Run by `polymake --script`: the jobs are a Perl literal in the file named by JOBS; prints one JSON line an
# instance. See benchmarks/peers.py.
use application "fan";
use Time::HiRes qw(time);
$| = 1;

my ($repeats, $enough, @jobs) = @{do $ENV{JOBS}};
foreach my $job (@jobs) {
   my ($wall, $cpu, $chambers, $sum) = (undef, undef, undef, 0);
   for (my $repeat = 0; $repeat < $repeats && $sum < $enough; $repeat++) {
      my @support = ();
      if ($job->{affine}) {
         my @infinity = (0) x @{$job->{rows}->[0]};
         $infinity[0] = 1;
         @support = (SUPPORT => new Cone(INEQUALITIES => [[@infinity]]));
      }
      my $arrangement = new HyperplaneArrangement(HYPERPLANES => new Matrix<Rational>($job->{rows}), @support);
      my ($user, $system) = times;
      my $start = time;
      $chambers = $arrangement->CHAMBER_SIGNATURES->rows;
      my $spent = time - $start;
      my ($user_now, $system_now) = times;
      $sum += $spent;
      if (!defined($wall) || $spent < $wall) {
         ($wall, $cpu) = ($spent, $user_now + $system_now - $user - $system);
      }
   }
   print "{\"name\": \"$job->{name}\", \"chambers\": $chambers, \"wall\": $wall, \"cpu\": $cpu}\n";
}
