"""jdclass: does a job's title say what the job description says the job is?"""
