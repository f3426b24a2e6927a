"""Link checks, proposals, and questions that found nothing."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add what the desk keeps beside the collection; no page for readers depends on it."""

    dependencies = [
        ("casestudies", "0011_translations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FruitlessQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=200, verbose_name='question')),
                ('language', models.CharField(choices=[('en', 'English'), ('ru', 'Русский')], max_length=10, verbose_name='language of the page')),
                ('count', models.PositiveIntegerField(default=1, verbose_name='times asked')),
                ('first_asked', models.DateField(verbose_name='first asked')),
                ('last_asked', models.DateField(verbose_name='last asked')),
            ],
            options={
                'verbose_name': 'question without a result',
                'verbose_name_plural': 'questions without a result',
                'ordering': ['-count', '-last_asked', 'question'],
            },
        ),
        migrations.CreateModel(
            name='LinkCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=1000, unique=True, verbose_name='web address')),
                ('checked_at', models.DateTimeField(verbose_name='last checked')),
                ('outcome', models.CharField(choices=[('works', 'Works'), ('moved', 'Moved for good'), ('unreachable', 'Out of reach'), ('dead', 'Dead'), ('refused', 'Refuses programs'), ('not-allowed', 'Not asked')], max_length=11, verbose_name='outcome')),
                ('status', models.PositiveSmallIntegerField(null=True, verbose_name='HTTP status')),
                ('reason', models.CharField(blank=True, choices=[('no-host', 'There is no such host.'), ('no-connection', 'No connection could be made.'), ('timeout', 'The host did not answer in time.'), ('certificate', "The host's certificate is not valid."), ('malformed', 'The answer could not be understood.'), ('redirects', 'It leads from address to address without end.'), ('robots', "The site's robots.txt asks programs to stay away."), ('scheme', 'The address does not begin with http:// or https://.'), ('port', 'The address names an unusual port.'), ('credentials', 'The address holds a user name or a password.'), ('private', 'The address leads into a private network.')], max_length=13, verbose_name='reason')),
                ('final_address', models.TextField(blank=True, verbose_name='leads to')),
                ('failing_since', models.DateTimeField(null=True, verbose_name='failing since')),
                ('failures', models.PositiveIntegerField(default=0, verbose_name='failures in a row')),
            ],
            options={
                'verbose_name': 'link check',
                'verbose_name_plural': 'link checks',
                'ordering': ['-checked_at', 'address'],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                ('institution', models.CharField(blank=True, max_length=250, verbose_name='institution')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('note', models.TextField(blank=True, verbose_name='note to the editors')),
                ('language', models.CharField(choices=[('en', 'English'), ('ru', 'Русский')], max_length=10, verbose_name='language')),
                ('chapter_chosen', models.BooleanField(verbose_name='the proposer chose the chapter')),
                ('consented_at', models.DateTimeField(verbose_name='consent given')),
                ('received_at', models.DateTimeField(verbose_name='received')),
                ('declined_at', models.DateTimeField(null=True, verbose_name='declined')),
                ('declined_because', models.TextField(blank=True, verbose_name='why it was declined')),
                ('personal_data_deleted_at', models.DateTimeField(null=True, verbose_name='personal data deleted')),
            ],
            options={
                'verbose_name': 'proposal',
                'verbose_name_plural': 'proposals',
                'ordering': ['-received_at', '-pk'],
            },
        ),
        migrations.AddIndex(
            model_name='source',
            index=django.contrib.postgres.indexes.HashIndex(fields=['url'], name='source_address'),
        ),
        migrations.AddConstraint(
            model_name='fruitlessquestion',
            constraint=models.UniqueConstraint(fields=('question', 'language'), name='fruitless_question_once'),
        ),
        migrations.AddIndex(
            model_name='linkcheck',
            index=models.Index(fields=['outcome', 'failing_since'], name='link_outcome_and_since'),
        ),
        migrations.AddConstraint(
            model_name='linkcheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('failing_since__isnull', True), ('failures', 0)), models.Q(('failing_since__isnull', False), ('failures__gt', 0)), _connector='OR'), name='failing_link_has_failures'),
        ),
        migrations.AddConstraint(
            model_name='linkcheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'dead'), _negated=True), ('failing_since__isnull', False), _connector='OR'), name='dead_link_is_failing'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='case_study',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='proposal', to='casestudies.casestudy', verbose_name='case study'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='declined_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='declined by'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('personal_data_deleted_at__isnull', True), models.Q(('email', ''), ('institution', ''), ('name', ''), ('note', '')), _connector='OR'), name='personal_data_of_proposal_are_deleted'),
        ),
    ]
